/** Finds what a path names, or says what there is instead. */
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { Actor } from "../engine/actor.ts";
import type { ActorStatus, Services } from "../host/services.ts";
import { ProblemError } from "./problem.ts";

/** @throws {ProblemError} `unknown-signal`, with the names that there are. */
export function findSignal(services: Services, name: string): Actor {
  const actor = services.actors.get(name);
  if (actor) return actor;
  const broken = services.broken.find((b) => b.name === name);
  const detail = broken
    ? `The signal "${name}" could not be loaded: ${broken.error}`
    : `There is no signal "${name}"; there are: ${
      [...services.actors.keys()].join(", ") || "none"
    }`;
  throw new ProblemError("unknown-signal", detail);
}

/** The status of an actor on this host. */
export async function findStatus(
  services: Services,
  name: string,
): Promise<ActorStatus> {
  findSignal(services, name);
  const status = (await services.status()).find((s) => s.name === name);
  if (status) return status;
  throw new ProblemError(
    "unknown-signal",
    `The actor "${name}" does not run on this host`,
  );
}

/** @throws {ProblemError} `not-found` */
export async function findWatched(
  services: Services,
  symbol: string,
): Promise<WatchlistEntry> {
  const list = await services.watchlist.list();
  const entry = list.find((watched) => watched.symbol === symbol);
  if (!entry) throw notWatched(symbol);
  return entry;
}

export function notWatched(symbol: string): ProblemError {
  return new ProblemError(
    "not-found",
    `"${symbol}" is not on the watchlist; add it with PUT /api/watchlist/${symbol}`,
  );
}

/** @throws {ProblemError} `unknown-symbol`, with those that are not on the watchlist. */
export async function refuseUnwatched(
  services: Services,
  symbols: readonly string[],
): Promise<void> {
  const list = await services.watchlist.list();
  const watched = new Set(list.map((entry) => entry.symbol));
  const others = symbols.filter((symbol) => !watched.has(symbol));
  if (others.length === 0) return;
  throw new ProblemError(
    "unknown-symbol",
    `Not on the watchlist: ${others.slice(0, 20).join(", ")}`,
  );
}

/** @throws {ProblemError} `not-found` if a symbol is neither watched nor has a value of this signal. */
export async function refuseUnknownSymbol(
  services: Services,
  signal: string,
  symbol: string,
): Promise<void> {
  if ((await services.latest(signal, [symbol])).has(symbol)) return;
  await findWatched(services, symbol);
}
