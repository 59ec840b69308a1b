/** How long a client waits for a server behind us that takes a question and never answers. */
import type { Health } from "../host/health.ts";
import type { Status } from "../host/services.ts";
import { resolvesWithin } from "../wait.ts";
import { ProblemError } from "./problem.ts";

/** The clients of Redis and of the broker wait for a lost server without end. Milliseconds. */
interface Deadline {
  /** After so long we look whether a server is away: then there is nothing to wait for. */
  readonly lookMs: number;
  readonly endMs: number;
}

const usual: Deadline = { lookMs: 2_000, endMs: 10_000 };

/** The answer, or a rejection with `unavailable` and what is known to be away. */
export async function inTime<T>(
  status: Pick<Status, "health">,
  answer: Promise<T>,
  { lookMs, endMs }: Deadline = usual,
): Promise<T> {
  if (await resolvesWithin(answer, lookMs)) return await answer;
  const look = healthOf(status);
  const settled = Promise.race([answer, ifAway(look)]);
  if (await resolvesWithin(settled, endMs)) return await settled;
  const reasons = (await look)?.reasons.join("; ");
  throw unavailable(reasons || "PostgreSQL, Redis or the broker is slow");
}

/** Rejects if a server is away, and else waits for ever. */
async function ifAway(look: Promise<Health | null>): Promise<never> {
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

/** What `/readyz` says; null if that hangs as well. */
async function healthOf(
  status: Pick<Status, "health">,
): Promise<Health | null> {
  const health = status.health();
  const told = await resolvesWithin(health, 3_000).catch(() => false);
  return told ? await health : null;
}
