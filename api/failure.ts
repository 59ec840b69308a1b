/** What a client is told of an error: the problem that it stands for, or a bare 500. */
import type { Services } from "../host/services.ts";
import { NotReadyError, ScanRefusedError } from "../host/services.ts";
import { isMarketFailure, UnknownSymbolError } from "../market/market.ts";
import { ProblemError } from "./problem.ts";
import { unavailableProblem } from "./unavailable.ts";

/** Turns whatever an endpoint threw into a problem; logs what the client is not told. */
export function asProblem(error: unknown, services: Services): ProblemError {
  const known = knownProblem(error) ?? unavailableProblem(error);
  if (known) return known;
  report(services, "an API request failed", error);
  return new ProblemError(
    "internal",
    "The request failed because of a fault in Signalbox; its log says more.",
    { cause: error },
  );
}

function knownProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  const cause = { cause: error };
  if (error instanceof ScanRefusedError) {
    return new ProblemError("refused", error.message, cause);
  }
  if (error instanceof NotReadyError) {
    return new ProblemError("unavailable", error.message, {
      ...cause,
      headers: { "retry-after": "2" },
    });
  }
  if (error instanceof UnknownSymbolError) {
    return new ProblemError("unknown-symbol", error.message, cause);
  }
  if (isMarketFailure(error)) {
    return new ProblemError("market-unavailable", error.message, cause);
  }
  return undefined;
}

/** Writes an error that no client is told of into the log. */
export function report(
  services: Services,
  message: string,
  error: unknown,
): void {
  if (services.log) services.log.error(message, { error });
  else console.error(message, error);
}
