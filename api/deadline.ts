/** How long a client waits for a server behind us that takes a question and never answers. */
import type { Services } from "../host/services.ts";
import { ProblemError } from "./problem.ts";

/** The clients of Redis and of the broker wait for a lost server without end. Milliseconds. */
export interface Patience {
  /** After so long we look whether a server is away: then there is nothing to wait for. */
  readonly lookMs: number;
  readonly endMs: number;
}

const usual: Patience = { lookMs: 2_000, endMs: 10_000 };

/** The answer, or a rejection with `unavailable` and what is known to be away. */
export async function inTime<T>(
  services: Pick<Services, "health">,
  answer: Promise<T>,
  { lookMs, endMs }: Patience = usual,
): Promise<T> {
  const first = await orLate(answer, lookMs);
  if (first !== late) return first;
  const look = healthOf(services);
  const second = await orLate(Promise.race([answer, ifAway(look)]), endMs);
  if (second !== late) return second;
  const reasons = (await look)?.reasons.join("; ");
  throw unavailable(reasons || "PostgreSQL, Redis or the broker is slow");
}

/** Rejects if a server is away, and else waits for ever. */
async function ifAway(look: ReturnType<typeof healthOf>): Promise<never> {
  const health = await look;
  // An actor that has failed makes a host unready as well, but keeps nobody waiting.
  const away = health && !health.ready && health.durability === null;
  if (away) throw unavailable(health.reasons.join("; "));
  return await new Promise(() => {});
}

function unavailable(reasons: string): ProblemError {
  return new ProblemError("unavailable", `No answer in time: ${reasons}`, {
    headers: { "retry-after": "5" },
  });
}

const late = Symbol("late");

async function orLate<T>(
  answer: Promise<T>,
  withinMs: number,
): Promise<T | typeof late> {
  const { promise, resolve } = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => resolve(late), withinMs);
  return await Promise.race([answer, promise])
    .finally(() => clearTimeout(timer));
}

/** What `/readyz` says; null if that hangs as well. */
async function healthOf(services: Pick<Services, "health">) {
  const health = await orLate(services.health(), 3_000).catch(() => late);
  return typeof health === "symbol" ? null : health;
}
