/** What a client is told of an error, and of a server behind us that takes a question and never answers. */
import { AlertsFullError, NoAlertError } from "../db/alerts.ts";
import { ListRefusedError, NoListError } from "../db/lists.ts";
import { NoDeadLetterError } from "../db/redrive.ts";
import { NotListedError, WatchlistFullError } from "../db/watchlist.ts";
import type { Log } from "../engine/actor.ts";
import { RefusedError } from "../engine/supervisor.ts";
import type { Health } from "../host/health.ts";
import { PastedError } from "../host/pasted.ts";
import { NotReadyError, type Status } from "../host/services.ts";
import { unavailableServer } from "../host/unavailable.ts";
import {
  isMarketFailure,
  MarketBusyError,
  UnknownSymbolError,
} from "../market/market.ts";
import { BusyError, deadline, resolvesWithin } from "../wait.ts";
import { type Kind, ProblemError } from "./problem.ts";

/** Turns whatever an endpoint threw into a problem; logs what the client is not told. */
export function asProblem(error: unknown, log: Log): ProblemError {
  const known = knownProblem(error);
  if (known) return known;
  log.error("an API request failed", { error });
  const detail =
    "The request failed because of a fault in Signalbox; its log says more.";
  return new ProblemError("internal", detail, { cause: error });
}

/** The problem that an error stands for; undefined if it is a fault. */
export function knownProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof BusyError) return unavailable(error.message, 3, error);
  if (error instanceof NotReadyError) {
    return unavailable(error.message, 2, error);
  }
  if (error instanceof MarketBusyError) {
    const seconds = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
    const headers = { "retry-after": seconds };
    const options = { headers, cause: error };
    return new ProblemError("market-unavailable", error.message, options);
  }
  const kind = kindOf(error);
  if (kind) {
    return new ProblemError(kind, (error as Error).message, { cause: error });
  }
  const server = unavailableServer(error);
  if (server === null) return undefined;
  const named = server[0]!.toUpperCase() + server.slice(1);
  const detail =
    `${named} cannot be reached, or refuses for now; GET /readyz says more`;
  return unavailable(detail, 5, error);
}

function kindOf(error: unknown): Kind | undefined {
  if (error instanceof RefusedError) return "refused";
  if (error instanceof NoDeadLetterError) return "not-found";
  if (error instanceof NoAlertError) return "not-found";
  if (error instanceof AlertsFullError) return "refused";
  if (error instanceof NoListError) return "not-found";
  if (error instanceof NotListedError) return "not-found";
  if (error instanceof ListRefusedError) return "list-refused";
  if (error instanceof WatchlistFullError) return "watchlist-full";
  if (error instanceof PastedError) return "body-too-large";
  if (error instanceof UnknownSymbolError) return "unknown-symbol";
  return isMarketFailure(error) ? "market-unavailable" : undefined;
}

function unavailable(detail: string, seconds: number, cause?: unknown) {
  const headers = { "retry-after": String(seconds) };
  return new ProblemError("unavailable", detail, { headers, cause });
}

/**
 * The answer, or a rejection with `unavailable` and what is known to be away: the clients of Redis and
 * of the broker wait for a lost server without end. After `lookMs` we look whether one is away: then
 * there is nothing to wait for. All in milliseconds.
 */
export async function inTime<T>(
  status: Pick<Status, "health">,
  answer: Promise<T>,
  { lookMs, endMs } = { lookMs: 2_000, endMs: 10_000 },
): Promise<T> {
  if (await resolvesWithin(answer, lookMs)) return await answer;
  // What `/readyz` says; null if that hangs as well.
  const look = deadline(status.health(), 3_000, "too late").catch(() => null);
  const settled = Promise.race([answer, look.then(ifAway)]);
  if (await resolvesWithin(settled, endMs)) return await settled;
  const reasons = (await look)?.reasons.join("; ");
  throw late(reasons || "PostgreSQL, Redis or the broker is slow");
}

/** Rejects if a server is away, and else waits for ever. */
function ifAway(health: Health | null): Promise<never> {
  // An actor that has failed makes a host unready as well, but keeps nobody waiting.
  const away = health && !health.ready && health.durability === null;
  if (away) throw late(health.reasons.join("; "));
  return new Promise(() => {});
}

function late(reasons: string): ProblemError {
  return unavailable(`No answer in time: ${reasons}`, 5);
}
