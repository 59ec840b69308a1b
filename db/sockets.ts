/** The sockets of a pool of connections to PostgreSQL, each of them watched. */
import type { Socket } from "node:net";
import postgres, { type Options, type Sql } from "postgres";
import { deadline, DeadlineError } from "../wait.ts";
import {
  arraysIn,
  type ArrayType,
  arrayTypes,
  type KnownTypes,
  learnArrays,
} from "./arrays.ts";
import {
  askInTurns,
  fitSession,
  isPooled,
  type SessionOptions,
} from "./pooler.ts";
import { brokenSocket, openSocket, type Target, targetOf } from "./socket.ts";
import { type Verdict, Watch } from "./watch.ts";

/** Of a pool; postgres.js hands them to `socket`. */
type PoolOptions = SessionOptions & KnownTypes;

/** Its types do not know of `socket`. */
export type Settings = Options<Record<string, never>>;

/** What all connections have in common. */
export const settings = {
  connect_timeout: 5,
  // Seconds. Keeps what is between here and the server from forgetting a connection.
  keep_alive: 30,
  onnotice: () => {},
  types: arrayTypes,
  fetch_types: false,
  // Our sockets see to it.
  ssl: false,
};

interface Server {
  readonly pooled: boolean;
  readonly arrays: readonly ArrayType[];
}

const lookAt = async (sql: Sql): Promise<Server> => ({
  pooled: await isPooled(sql),
  arrays: await arraysIn(sql),
});

/**
 * The sockets of one pool. The first one, also after an outage, is opened when it is known whether a
 * pooler answers, to which less is said, and which types of arrays there are. When one has gone deaf, those
 * that nobody uses just then are made anew too; and the server is told to forget their sessions: a lock that
 * one holds would keep others waiting.
 */
export function watchedSockets(url: string, name: string, silenceMs: number) {
  const target = targetOf(url);
  const watches = new Set<Watch>();
  let host = 0;
  let looking: Promise<Server> | null = null;
  let pooled = false;
  const look = (at: number): Promise<Server> =>
    // Nothing waits longer for a server that is opened than for one that is asked.
    looking ??= besidesOf(url, target, at, silenceMs)(lookAt)
      .catch((error) => {
        // What it refuses, it refuses the connection to come, which tells it.
        if (error instanceof postgres.PostgresError) {
          return { pooled, arrays: [] };
        }
        // As the client has it: the server is away, and no event is at fault.
        if (error instanceof DeadlineError) {
          throw Object.assign(error, { code: "CONNECT_TIMEOUT" });
        }
        throw error;
      })
      .finally(() => looking = null);
  const open = async (at: number, options: PoolOptions) => {
    try {
      if (watches.size === 0) {
        const server = await look(at);
        pooled = server.pooled;
        learnArrays(options, server.arrays);
      }
    } catch (error) {
      return brokenSocket(error as Error);
    }
    fitSession(options, pooled);
    const socket = await openSocket(target, at);
    if (pooled) askInTurns(socket);
    return socket;
  };
  return async (options: PoolOptions): Promise<Socket> => {
    const at = host;
    const socket = await open(at, options);
    const besides = besidesOf(url, target, at);
    const watch = new Watch(socket, {
      silenceMs,
      name: `the PostgreSQL at ${target.host[at]}`,
      ask: (pid) => besides((sql) => askAbout(sql, pid)).catch(verdictOf),
      onDead(pid, since) {
        const idle = [...watches].map((other) => other.endIfIdle(since));
        const pids = [pid, ...idle];
        if (pooled) return; // they are not the server's
        besides((sql) => endSessions(sql, name, pids)).catch(() => {}); // then it learns it by itself
      },
    });
    watches.add(watch);
    socket.once("close", () => {
      watches.delete(watch);
      // The next may be the one that takes over.
      if (host === at) host = (at + 1) % target.host.length;
    });
    return socket;
  };
}

const answerMs = 10_000;

/** Asks one thing over a connection of its own, and waits at most `withinMs` for the answer. */
function besidesOf(
  url: string,
  target: Target,
  at: number,
  withinMs = answerMs,
) {
  return async <T>(work: (sql: Sql) => Promise<T>): Promise<T> => {
    let socket: Socket | undefined;
    const sql = postgres(url, {
      ...settings,
      // One of several: with more postgres.js would try again where it failed.
      ...(target.path ? {} : {
        host: [target.host[at]!],
        port: [target.port[at]!],
      }),
      max: 1,
      prepare: false,
      connection: { application_name: "signalbox watch" },
      socket: async () => socket = await openSocket(target, at),
    } as unknown as Settings);
    try {
      return await deadline(work(sql), withinMs, "no answer");
    } finally {
      await sql.end({ timeout: 0 });
      socket?.destroy();
    }
  };
}

async function askAbout(sql: Sql, pid: number): Promise<Verdict> {
  if (await isPooled(sql)) return "unknown";
  const [row] = await sql`
    select 1 from pg_stat_activity where pid = ${pid}
      and state = 'active' and wait_event_type is distinct from 'Client'`;
  return row ? "working" : "gone";
}

/** A server that refuses us may be at work; one that cannot be reached cannot answer either. */
const verdictOf = (error: unknown): Verdict =>
  error instanceof postgres.PostgresError ? "unknown" : "gone";

/** By their name, as another may have got the number of one that is gone. */
async function endSessions(sql: Sql, name: string, pids: readonly number[]) {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where pid = any(${[...pids]}::int[]) and usename = current_user
      and application_name = ${name}
      and (state <> 'active' or wait_event_type = 'Client')`;
}
