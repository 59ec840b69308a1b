/** Which part of the system an error says is away. */
import { isUnavailable } from "../db/client.ts";
import type { Services } from "../host/services.ts";
import { ProblemError } from "./problem.ts";

/** The problem of an error that a later request may not meet; undefined for any other error. */
export function unavailableProblem(
  error: unknown,
  services: Services,
): ProblemError | undefined {
  if (!isUnavailable(error)) return undefined;
  return new ProblemError(
    "unavailable",
    `${partOf(error, services)} cannot be reached, or refuses for now; ` +
      "GET /readyz says more",
    { cause: error, headers: { "retry-after": "5" } },
  );
}

function partOf(error: unknown, services: Services): string {
  for (const each of chain(error)) {
    const code = "code" in each ? String(each.code) : "";
    if (/^CONNECT(ION)?_|^[0-9][0-9A-Z]{4}$/.test(code)) return "PostgreSQL";
    if ("port" in each) return isDatabasePort(each.port, services);
    if (isRedisError(each)) return "Redis";
  }
  return "PostgreSQL or Redis";
}

/** Sockets fail in the same words for both; only the port tells them apart. */
function isDatabasePort(port: unknown, services: Services): string {
  const ports: unknown = services.sql.options.port;
  return [ports].flat().map(Number).includes(Number(port))
    ? "PostgreSQL"
    : "Redis";
}

function isRedisError(error: Error): boolean {
  return error.name === "MaxRetriesPerRequestError" ||
    error.name === "ReplyError" ||
    /^(Connection is closed|Stream isn't writeable|Command timed out|LOADING|READONLY|OOM|MISCONF)/
      .test(error.message);
}

function* chain(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 10) return;
  yield error;
  const parts = error instanceof AggregateError ? error.errors : [];
  for (const part of [error.cause, ...parts]) yield* chain(part, depth + 1);
}
