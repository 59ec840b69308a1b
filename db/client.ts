/** The way to PostgreSQL, and what its errors mean for whoever may try again. */
import postgres, { type Sql } from "postgres";
import { anyCause, isRedisUnavailable } from "./redis.ts";

export { databaseHost, redactDatabaseUrl } from "./address.ts";

/** @param name shown in `pg_stat_activity`, so that an operator sees which isolate a connection is of. */
export function connectDatabase(
  url: string,
  options: { max?: number; name?: string } = {},
): Sql {
  return postgres(url, {
    max: options.max ?? 4,
    prepare: true,
    connect_timeout: 5,
    // A query asked for meanwhile waits for the next try, so the cap bounds how late it fails.
    backoff: (retries) =>
      Math.min(0.1 * 2 ** retries, 2) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: {
      application_name: options.name ?? "signalbox",
      // What the mapping of rows relies on, whatever the server's defaults are.
      TimeZone: "UTC",
      DateStyle: "ISO",
      // Milliseconds. A frozen host must not hold a statement or a row lock for ever.
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

/**
 * SQLSTATE of a PostgreSQL that cannot be reached, or that refuses for now: 08 (connection), 53
 * (resources), 57P0x (shutdown, crash, starting), 58 (system), 57014 (statement timeout), 55P03 (lock
 * timeout), 25P03 (idle in transaction), 25006 (read-only: a failover), 40001 and 40P01 (serialisation,
 * deadlock).
 */
const unavailableCode =
  /^(08\w{3}|53\w{3}|58\w{3}|57P0\w|57014|55P03|25P03|25006|40001|40P01)$/;

/** True if PostgreSQL or Redis cannot be reached, or refuses for now: the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  // A server that cannot be reached is the same for both.
  return isRedisUnavailable(error) ||
    anyCause(
      error,
      (each, code) => unavailableCode.test(code) || refusesSessions(each, code),
    );
}

/** A database closed for maintenance; a session that goes on has the same code for other things. */
function refusesSessions(error: Error, code: string): boolean {
  return code === "55000" && "severity" in error && error.severity === "FATAL";
}

/** True if PostgreSQL refused the values themselves (SQLSTATE 22 and 23): retrying cannot help. */
export function isBadData(error: unknown): boolean {
  return anyCause(error, (_, code) => /^2[23]\w{3}$/.test(code));
}

/**
 * True if the system is set up wrongly for now: a table, a column or a right is missing in PostgreSQL
 * (SQLSTATE 42), or Redis refuses the login or the key. It is no event's fault, and somebody mends it.
 */
export function isSystemFault(error: unknown): boolean {
  return anyCause(error, (each, code) =>
    /^42\w{3}$/.test(code) ||
    /^(NOAUTH|WRONGPASS|NOPERM|WRONGTYPE) /.test(each.message));
}
