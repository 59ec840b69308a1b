/** What the errors of PostgreSQL and of Redis say: who is away, and what no retry can help. */

/** A socket that could not be opened, or broke: the same for both. */
const socketCode =
  /^(ECONN\w+|ETIMEDOUT|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/**
 * What else says that PostgreSQL cannot be reached, or refuses for now: the client's own codes, and
 * SQLSTATE 08 (connection), 53 (resources), 57P0x (shutdown, crash, starting), 58 (system), 57014
 * (statement timeout), 55P03 (lock timeout), 25P03 (idle in transaction), 25006 (read-only: a failover),
 * 40001 and 40P01 (serialisation, deadlock).
 */
const databaseCode =
  /^(CONNECT(ION)?_\w+|08\w{3}|53\w{3}|58\w{3}|57P0\w|57014|55P03|25P03|25006|40001|40P01)$/;

/**
 * How replies of a Redis that refuses for now start, also inside a script of Redis 6.2, and what ioredis
 * says of a connection that is gone.
 */
const redisMessage =
  /^(?:ERR Error running script .*: -)?(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|ERR max number of clients|Connection is closed|Stream isn't writeable|Command timed out|Reached the max retries)(?![A-Z])/;

/** How Redis says that somebody has to change something; the last of them where a script lacks a right. */
const redisFault =
  /^(NOAUTH|WRONGPASS|NOPERM|WRONGTYPE) |The user executing the script can't /;

/** True if PostgreSQL or Redis cannot be reached, or refuses for now: the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return isRedisUnavailable(error) || causesOf(error).some(saysDatabaseIsAway);
}

/** The same for an error of Redis' client. */
export function isRedisUnavailable(error: unknown): boolean {
  return causesOf(error).some((each) =>
    socketCode.test(codeOf(each)) || saysRedisIsAway(each)
  );
}

/** Which of the two is away, or lets nobody in; null if none is, or if the error is of neither of their clients. */
export function unavailableServer(
  error: unknown,
): "PostgreSQL" | "Redis" | null {
  if (!isUnavailable(error) && !isLoginRefused(error)) return null;
  for (const each of causesOf(error)) {
    if (isOfDatabase(each)) return "PostgreSQL";
    if (isOfRedis(each)) return "Redis";
  }
  return null;
}

/** True if PostgreSQL ended a statement that took too long, which may be the fault of its events. */
export function isTooSlow(error: unknown): boolean {
  return causesOf(error).some((each) => codeOf(each) === "57014");
}

/** True if PostgreSQL refused the values themselves (SQLSTATE 22 and 23): retrying cannot help. */
export function isBadData(error: unknown): boolean {
  return causesOf(error).some((each) => /^2[23]\w{3}$/.test(codeOf(each)));
}

/**
 * True if the system is set up wrongly for now: a table, a column or a right is missing in PostgreSQL
 * (SQLSTATE 42) or the whole database (3D000), it cannot use a file, one of the two refuses the login, or
 * Redis the key. It is no event's fault, and somebody mends it.
 */
export function isSystemFault(error: unknown): boolean {
  return isLoginRefused(error) ||
    causesOf(error).some((each) =>
      /^(42\w{3}|3D000)$/.test(codeOf(each)) ||
      redisFault.test(each.message) ||
      // What PostgreSQL has no code for: a disk quota, a file size limit, a network drive that is gone.
      codeOf(each) === "XX000" && /^could not \w+ file /.test(each.message)
    );
}

/**
 * True if PostgreSQL (SQLSTATE 28) or Redis refuses user or password, or we refuse its certificate: one of
 * them was changed.
 */
export function isLoginRefused(error: unknown): boolean {
  return isCertificateRefused(error) ||
    causesOf(error).some((each) =>
      /^28\w{3}$/.test(codeOf(each)) || redisRefusesLogin(each)
    );
}

/** True if a server shows a certificate that is of no authority that we know, or not of its name or time. */
export function isCertificateRefused(error: unknown): boolean {
  return causesOf(error).some((each) => certificateCode.test(codeOf(each)));
}

const certificateCode =
  /^(CERT_\w+|(SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED)_CERT\w*|UNABLE_TO_\w+|ERR_TLS_CERT_\w+)$/;

const redisRefusesLogin = ({ message }: Error): boolean =>
  /^(NOAUTH|WRONGPASS) /.test(message);

function saysDatabaseIsAway(error: Error): boolean {
  const code = codeOf(error);
  // A database closed for maintenance; a session that goes on has the same code for other things.
  const refuses = code === "55000" && "severity" in error &&
    error.severity === "FATAL";
  return refuses || databaseCode.test(code);
}

function saysRedisIsAway(error: Error): boolean {
  const { name, message } = error;
  return name === "MaxRetriesPerRequestError" || redisMessage.test(message) ||
    error instanceof NoRedisError;
}

/** No connection to Redis stands; the message says why, as far as that is known. */
export class NoRedisError extends Error {
  override readonly name = "NoRedisError";
}

/** postgres.js writes the query into every error that ends one, a socket's included. */
function isOfDatabase(error: Error): boolean {
  return "query" in error || saysDatabaseIsAway(error) ||
    /^28\w{3}$/.test(codeOf(error));
}

const ofRedis = new WeakSet<Error>();

/** Sockets fail in the same words for both servers: the connection to Redis marks its own. */
export function markAsRedis(error: Error): void {
  ofRedis.add(error);
}

function isOfRedis(error: Error): boolean {
  return ofRedis.has(error) || saysRedisIsAway(error) ||
    redisRefusesLogin(error);
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** The error and what it came from, the outermost first; no error at all is nothing. */
function causesOf(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 10) return [];
  // A host name with several addresses fails with one error for each.
  const parts = error instanceof AggregateError ? error.errors : [];
  return [
    error,
    ...[error.cause, ...parts].flatMap((part) => causesOf(part, depth + 1)),
  ];
}
