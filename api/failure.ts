/** What a client is told of an error: the problem that it stands for, or a bare 500. */
import type { Log } from "../engine/actor.ts";
import { RefusedError } from "../engine/supervisor.ts";
import { NotReadyError } from "../host/services.ts";
import { unavailableServer } from "../host/unavailable.ts";
import {
  MarketRefusedError,
  MarketUnavailableError,
  UnknownSymbolError,
} from "../market/market.ts";
import { type Kind, ProblemError } from "./problem.ts";

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

/** Errors whose messages are written for clients. */
const told: [type: new (message: string) => Error, kind: Kind][] = [
  [RefusedError, "refused"],
  [NotReadyError, "unavailable"],
  [UnknownSymbolError, "unknown-symbol"],
  [MarketUnavailableError, "market-unavailable"],
  [MarketRefusedError, "market-unavailable"],
];

/** The problem that an error stands for; undefined if it is a fault. */
export function knownProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  const kind = told.find(([type]) => error instanceof type)?.[1];
  if (kind) {
    const headers = kind === "unavailable" ? { "retry-after": "2" } : {};
    return new ProblemError(kind, (error as Error).message, {
      cause: error,
      headers,
    });
  }
  const server = unavailableServer(error);
  if (server === null) return undefined;
  return new ProblemError(
    "unavailable",
    `${server} cannot be reached, or refuses for now; GET /readyz says more`,
    { cause: error, headers: { "retry-after": "5" } },
  );
}
