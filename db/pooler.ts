/**
 * A pooler between us and PostgreSQL (PgBouncer): it may hand each transaction to another session. So
 * nothing of ours relies on a session: locks are a transaction's, and what a session would be given at its
 * start is left out, as a pooler refuses what it does not know, and so are prepared statements.
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Sql } from "postgres";
import { messages, Query, Ready, Sync } from "./watch.ts";

/** What the pool of connections goes by whenever it makes one; postgres.js hands them to `socket`. */
export interface SessionOptions {
  prepare: boolean;
  connection: Record<string, string | number>;
}

const ofSession = {
  // Milliseconds: a frozen host must not hold a statement or a row lock for ever.
  statement_timeout: 30_000,
  // Less: so a lock that somebody holds is told apart from a statement that takes long by itself.
  lock_timeout: 15_000,
  idle_in_transaction_session_timeout: 60_000,
  // To compile a statement takes longer than any of ours, where PostgreSQL thinks that it is dear.
  jit: "off",
};

/** What a connection that is made next is given. */
export function fitSession(options: SessionOptions, pooled: boolean): void {
  options.prepare = !pooled;
  for (const [name, value] of Object.entries(ofSession)) {
    if (pooled) delete options.connection[name];
    else options.connection[name] = value;
  }
}

/** Data of a copy, its end and its failure. */
const copied: ReadonlySet<number> = new Set(
  Array.from("dcf", (type) => type.charCodeAt(0)),
);

/**
 * Asks one question at a time: after an answer the pooler hands its session to somebody else, and what was
 * asked of it beforehand would never be answered.
 */
export function askInTurns(socket: Socket): void {
  const write = socket.write.bind(socket) as (
    chunk: Buffer,
    ...rest: unknown[]
  ) => boolean;
  const held: Buffer[] = [];
  let asking = false;
  const send = (chunk: Buffer): boolean => {
    const end = endOfQuestion(chunk);
    asking = end > 0;
    if (end > 0 && end < chunk.length) held.unshift(chunk.subarray(end));
    return write(end > 0 ? chunk.subarray(0, end) : chunk);
  };
  let started = false;
  socket.write = (chunk: unknown, ...rest: unknown[]) => {
    // The rows of a copy belong to the question that is asked.
    if (copied.has((chunk as Buffer)[0]!)) {
      return write(chunk as Buffer, ...rest);
    }
    // Before the session stands, everything is part of its start.
    if (!started) return write(chunk as Buffer);
    if (!asking) return send(chunk as Buffer);
    held.push(chunk as Buffer);
    return true;
  };
  socket.on(
    "data",
    messages((type) => {
      if (type !== Ready) return;
      started = true;
      asking = false;
      while (!asking && held.length > 0) send(held.shift()!);
    }),
  );
}

/** Where the first question ends; 0 if it does not end here. postgres.js writes whole messages. */
function endOfQuestion(chunk: Buffer): number {
  for (let at = 0; at + 5 <= chunk.length;) {
    const type = chunk[at];
    at += 1 + chunk.readUInt32BE(at + 1);
    if (type === Sync || type === Query) return at;
  }
  return 0;
}

/** True if somebody else answers for the server: a pooler tells numbers of sessions of its own. */
export async function isPooled(sql: Sql): Promise<boolean> {
  const rows = await sql<{ own: number }[]>`select pg_backend_pid() as own`;
  return rows.state.pid !== rows[0]!.own;
}

/** What to do about limits that no session has; null if they are set, or by whoever else answers. */
export async function missingLimits(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ unlimited: boolean; role: string }[]>`
    select current_setting('statement_timeout') = '0' as unlimited,
      quote_ident(current_user) as role`;
  if (!row!.unlimited) return null;
  const settings = Object.entries(ofSession).map(([name, value]) =>
    `alter role ${row!.role} set ${name} = ${value};`
  );
  return "DATABASE_URL leads to a pooler, which takes no statement_timeout from us: " +
    `a statement may run for ever, unless PostgreSQL is told: ${
      settings.join(" ")
    }`;
}
