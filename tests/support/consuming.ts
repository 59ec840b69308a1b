/** A consumer over plain memory, for tests of what happens to a batch. */
import type { Sql } from "postgres";
import { z } from "zod";
import type { Delivery } from "../../broker/broker.ts";
import {
  type Actor,
  type ActorEvent,
  defineActor,
  type HandleContext,
  type Value,
} from "../../engine/actor.ts";
import { createConsumer } from "../../engine/consumer.ts";
import type { NewDeadLetter } from "../../engine/dead_letter.ts";
import { encode } from "../../engine/envelope.ts";
import { Measures } from "../../engine/measures.ts";
import type { EventTrace } from "../../engine/trace.ts";

export type Handle = (
  events: readonly ActorEvent<{ n: number }>[],
  context: HandleContext,
) => Promise<void> | void;

export class Unreachable extends Error {}

const nothing = () => Promise.resolve([]);
export const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function actorWith(handle: Handle, handlesAtOnce: number): Actor {
  return defineActor({
    name: "numbers",
    title: "",
    description: "",
    schedule: "* * * * *",
    version: 1,
    schema: z.object({ n: z.number() }),
    permissions: { net: [] },
    async *produce() {},
    handle: async (events, context) => await handle(events, context),
    handlesAtOnce,
    history: nothing,
  }) as unknown as Actor;
}

/** Deliveries of the numbers, in positions of the same name. */
export function deliveries(
  actor: Actor,
  numbers: number[],
  redelivered = false,
): Delivery[] {
  return numbers.map((n) => ({
    ...encode(actor, {
      id: `${n}`,
      symbol: "A",
      at: "2026-01-01T00:00:00.000Z",
      data: { n },
    }),
    position: `${n}`,
    storedAt: 0,
    redelivered,
  }));
}

/** A consumer whose stores are plain memory; what crosses to PostgreSQL is tested in tests/. */
export function setUp(
  handle: Handle,
  settled: () => Promise<void> = () => Promise.resolve(),
  handlesAtOnce = 1,
) {
  const warnings: string[] = [];
  const actor = actorWith(handle, handlesAtOnce);
  const counts = new Map<string, number>();
  const letters: NewDeadLetter[] = [];
  const latest: Value[] = [];
  const traces: EventTrace[] = [];
  const waits: (string | null)[] = [];
  const measures = new Measures();
  const consume = createConsumer({
    actor,
    context: {
      sql: undefined as unknown as Sql,
      log: quiet,
    },
    setLatest: async (values) => {
      await settled();
      latest.push(...values);
    },
    record: (found) => Promise.resolve(void traces.push(...found)),
    attempts: {
      of: (positions) =>
        Promise.resolve(new Map(positions.map((p) => [p, counts.get(p) ?? 0]))),
      count: (positions) => {
        for (const p of positions) counts.set(p, (counts.get(p) ?? 0) + 1);
        return Promise.resolve();
      },
      uncount: (positions) => {
        for (const p of positions) counts.set(p, counts.get(p)! - 1);
        return Promise.resolve();
      },
      clear: (positions) => {
        for (const p of positions) counts.delete(p);
        return Promise.resolve();
      },
    },
    deadLetters: {
      add: (more) => Promise.resolve(void letters.push(...more)),
      known: (_, positions) =>
        Promise.resolve(
          new Map(
            letters.filter(({ position }) => positions.includes(position))
              .map(({ position, reason }) => [position, reason]),
          ),
        ),
      handled: () => Promise.resolve(),
    },
    isUnavailable: (error) =>
      error instanceof Unreachable ||
      error instanceof Error && error.cause instanceof Unreachable,
    isTooSlow: () => false,
    isBadData: () => false,
    onProgress: () => {},
    onWaiting: (reason) => void waits.push(reason),
    measures,
    log: { ...quiet, warn: (text) => void warnings.push(text) },
  });
  const told = { traces, waits, warnings, measures };
  return { actor, consume, counts, letters, latest, ...told };
}

/** Never aborts. */
export const { signal } = new AbortController();
export const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
export const dead = (letters: NewDeadLetter[]) =>
  letters.map(({ position, reason }) => `${position} ${reason}`);
