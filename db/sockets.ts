/** The sockets of a pool of connections to PostgreSQL, each of them watched. */
import type { Socket } from "node:net";
import postgres, { type Options, type Sql } from "postgres";
import { deadline } from "../wait.ts";
import { openSocket, targetOf } from "./socket.ts";
import { type Verdict, Watch } from "./watch.ts";

/** Its types do not know of `socket`. */
export type Settings = Options<Record<string, never>>;

/** What all connections have in common. */
export const settings = {
  connect_timeout: 5,
  // Seconds. Keeps what is between here and the server from forgetting a connection.
  keep_alive: 30,
  onnotice: () => {},
  // Our sockets see to it.
  ssl: false,
};

/**
 * The sockets of one pool. When one has gone deaf, those that nobody uses just then are made anew too; and
 * the server is told to forget their sessions: a lock that one holds would keep others waiting.
 */
export function watchedSockets(url: string, name: string, silenceMs: number) {
  const target = targetOf(url);
  const watches = new Set<Watch>();
  let host = 0;
  return async (): Promise<Socket> => {
    const at = host;
    const socket = await openSocket(target, at);
    const besides = besidesOf(url, () => openSocket(target, at));
    const watch = new Watch(socket, {
      silenceMs,
      name: `the PostgreSQL at ${target.host[at]}`,
      ask: (pid) => besides((sql) => askAbout(sql, pid)).catch(verdictOf),
      onDead(pid, since) {
        const idle = [...watches].map((other) => other.endIfIdle(since));
        const pids = [pid, ...idle];
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

/** Asks one thing over a connection of its own. */
function besidesOf(url: string, open: () => Promise<Socket>) {
  return async <T>(work: (sql: Sql) => Promise<T>): Promise<T> => {
    let socket: Socket | undefined;
    const sql = postgres(url, {
      ...settings,
      max: 1,
      fetch_types: false,
      prepare: false,
      connection: { application_name: "signalbox watch" },
      socket: async () => socket = await open(),
    } as Settings);
    try {
      return await deadline(work(sql), answerMs, "no answer");
    } finally {
      await sql.end({ timeout: 0 });
      socket?.destroy();
    }
  };
}

async function askAbout(sql: Sql, pid: number): Promise<Verdict> {
  const rows = await sql<{ own: number; working: boolean | null }[]>`
    select pg_backend_pid() as own, (
      select state = 'active' and wait_event_type is distinct from 'Client'
      from pg_stat_activity where pid = ${pid}
    ) as working`;
  const { own, working } = rows[0]!;
  // A pooler between us tells numbers of its own.
  if (rows.state.pid !== own) return "unknown";
  return working ? "working" : "gone";
}

/** A server that refuses us may be at work; one that cannot be reached cannot answer either. */
const verdictOf = (error: unknown): Verdict =>
  error instanceof postgres.PostgresError ? "unknown" : "gone";

/** By their name, as another may have got the number of one that is gone. */
async function endSessions(sql: Sql, name: string, pids: readonly number[]) {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where pid = any(${`{${pids}}`}::int[]) and usename = current_user
      and application_name = ${name}
      and (state <> 'active' or wait_event_type = 'Client')`;
}
