/** Which part of the system an error says is away. */
import { isUnavailable, unavailableServer } from "../db/client.ts";
import { ProblemError } from "./problem.ts";

/** The problem of an error that a later request may not meet; undefined for any other error. */
export function unavailableProblem(
  error: unknown,
): ProblemError | undefined {
  if (!isUnavailable(error)) return undefined;
  const server = unavailableServer(error) ?? "PostgreSQL or Redis";
  return new ProblemError(
    "unavailable",
    `${server} cannot be reached, or refuses for now; ` +
      "GET /readyz says more",
    { cause: error, headers: { "retry-after": "5" } },
  );
}
