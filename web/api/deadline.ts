/** How long a client waits for a server behind us that takes a question and never answers. */
import type { Services } from "../../runtime/services.ts";
import { ProblemError } from "./problem.ts";

/** Milliseconds. The clients of Redis and of the broker wait for a lost server without end. */
const deadlineMs = 10_000;

/** The answer, or a rejection with `unavailable` and what is known to be away. */
export async function inTime<T>(
  services: Pick<Services, "health">,
  answer: Promise<T>,
  withinMs = deadlineMs,
): Promise<T> {
  const first = await orLate(answer, withinMs);
  if (first !== late) return first;
  throw new ProblemError(
    "unavailable",
    `No answer within ${withinMs / 1000} s: ${await reasonOf(services)}`,
    { headers: { "retry-after": "5" } },
  );
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

/** What `/readyz` would say, unless that hangs as well. */
async function reasonOf(services: Pick<Services, "health">): Promise<string> {
  const health = await orLate(services.health(), 3_000).catch(() => late);
  const reasons = typeof health === "object" ? health.reasons : [];
  return reasons.join("; ") ||
    "PostgreSQL, Redis or the broker is slow; GET /readyz says more";
}
