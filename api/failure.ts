/** What a client is told of an error: the problem that it stands for, or a bare 500. */
import type { Log } from "../engine/actor.ts";
import { RefusedError } from "../engine/supervisor.ts";
import { NotReadyError } from "../host/services.ts";
import { unavailableServer } from "../host/unavailable.ts";
import { isMarketFailure, UnknownSymbolError } from "../market/market.ts";
import { ProblemError } from "./problem.ts";

/** Turns whatever an endpoint threw into a problem; logs what the client is not told. */
export function asProblem(error: unknown, log: Log): ProblemError {
  const known = knownProblem(error);
  if (known) return known;
  log.error("an API request failed", { error });
  return new ProblemError(
    "internal",
    "The request failed because of a fault in Signalbox; its log says more.",
    { cause: error },
  );
}

/** The problem that an error stands for; undefined if it is a fault. */
export function knownProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  const cause = { cause: error };
  if (error instanceof RefusedError) {
    return new ProblemError("refused", error.message, cause);
  }
  if (error instanceof UnknownSymbolError) {
    return new ProblemError("unknown-symbol", error.message, cause);
  }
  if (isMarketFailure(error)) {
    return new ProblemError("market-unavailable", error.message, cause);
  }
  if (error instanceof NotReadyError) {
    const headers = { "retry-after": "2" };
    return new ProblemError("unavailable", error.message, {
      headers,
      ...cause,
    });
  }
  const server = unavailableServer(error);
  if (server === null) return undefined;
  const named = server[0]!.toUpperCase() + server.slice(1);
  return new ProblemError(
    "unavailable",
    `${named} cannot be reached, or refuses for now; GET /readyz says more`,
    { headers: { "retry-after": "5" }, ...cause },
  );
}
