/** The way to PostgreSQL: its address, its connections, and the text that it takes. */
import postgres, { type Sql } from "postgres";
import { backoffMs } from "../wait.ts";
import { type Settings, settings, watchedSockets } from "./sockets.ts";

export {
  isBadData,
  isLoginRefused,
  isSystemFault,
  isTooSlow,
  isUnavailable,
} from "./errors.ts";
export { missingLimits } from "./pooler.ts";

const reconnect = { baseMs: 100, maxMs: 2_000 };

/**
 * @param name shown in `pg_stat_activity`, so that an operator sees which isolate a connection is of.
 * @param silenceMs a query without an answer for so long is asked about, over a new connection: it ends,
 * and its connection with it, unless the server works on it.
 */
export function connectDatabase(
  url: string,
  { max = 4, name = "signalbox", silenceMs = 3_000 } = {},
): Sql {
  const sql = postgres(url, {
    ...settings,
    max,
    socket: watchedSockets(url, name, silenceMs),
    // A query asked for meanwhile waits for the next try, so the cap bounds how late it fails.
    backoff: (retries: number) => backoffMs(retries + 1, reconnect) / 1000,
    connection: {
      application_name: name,
      // What the mapping of rows relies on, whatever the server's defaults are.
      TimeZone: "UTC",
      DateStyle: "ISO",
    },
  } as unknown as Settings);
  return Object.assign(sql, { reserve });
}

/** Without its own question at the start of a connection, postgres.js would wait for a new one for ever. */
const reserve = (): Promise<never> =>
  Promise.reject(new TypeError("use sql.begin: sql.reserve is not to be had"));

/** The URL without its password, for messages; works on what is no URL as well. */
export function redactDatabaseUrl(url: string): string {
  return url
    // To the last @: a password may hold one that nobody encoded.
    .replace(/^([a-z+]+:\/\/[^:@/?#]*):.*@/i, "$1:***@")
    .replace(/([?&](?:ssl)?password=)[^&#]*/gi, "$1***");
}

/**
 * `host:port`, as `net` permissions have it; of several hosts (failover) all, with commas between.
 * @throws {TypeError} if it is not a database URL
 */
export function databaseHost(url: string): string {
  const match = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url);
  if (!match) {
    throw new TypeError(
      `"${redactDatabaseUrl(url)}" is not a database URL: ` +
        "write postgres://user:password@host:5432/database",
    );
  }
  const hosts = (match[1] || "localhost").split(",");
  return hosts.map((host) => /:\d+$/.test(host) ? host : `${host}:5432`)
    .join(",");
}

/**
 * Text that PostgreSQL takes: it refuses NUL, and half a surrogate pair is not UTF-8. Both become the
 * replacement character, so that people can still read and find the rest.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
