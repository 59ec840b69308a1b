/** Notices connections that have gone deaf while nobody uses them. */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";

const everyMs = 2_000;

/**
 * Asks both servers again and again, until the function it returns is called. Whoever asks is given up
 * after seconds, and its connection replaced: one after the other, as a batch uses them, that would add up.
 */
export function askOften(sql: Sql, redis: Redis): () => void {
  const asking = [() => sql`select 1`, () => redis.ping()].map(oneAtATime);
  const timer = setInterval(() => asking.forEach((ask) => ask()), everyMs);
  return () => clearInterval(timer);
}

/** While one waits for an answer, no other follows: a server that is away would find thousands. */
function oneAtATime(ask: () => PromiseLike<unknown>): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    const over = () => void (waits = false);
    ask().then(over, over);
  };
}
