import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import type { Delivery } from "../broker/broker.ts";
import {
  type Actor,
  type ActorEvent,
  defineActor,
  type HandleContext,
  PermanentError,
  type Value,
} from "./actor.ts";
import { createConsumer } from "./consumer.ts";
import type { NewDeadLetter } from "./dead_letter.ts";
import { encode } from "./envelope.ts";
import { Measures } from "./measures.ts";
import type { EventTrace } from "./trace.ts";

type Handle = (
  events: readonly ActorEvent<{ n: number }>[],
  context: HandleContext,
) => Promise<void> | void;

class Unreachable extends Error {}

const nothing = () => Promise.resolve([]);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function actorWith(handle: Handle): Actor {
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
    history: nothing,
  }) as unknown as Actor;
}

/** Deliveries of the numbers, in positions of the same name. */
function deliveries(
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
function setUp(
  handle: Handle,
  settled: () => Promise<void> = () => Promise.resolve(),
) {
  const warnings: string[] = [];
  const actor = actorWith(handle);
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

const { signal } = new AbortController();
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const dead = (letters: NewDeadLetter[]) =>
  letters.map(({ position, reason }) => `${position} ${reason}`);

Deno.test("a batch that succeeds is handled once, as a whole and in order", async () => {
  const seen: number[][] = [];
  const { actor, consume } = setUp((events) =>
    void seen.push(events.map(({ data }) => data.n))
  );
  await consume(deliveries(actor, upTo(100)), signal);
  assert.deepEqual(seen, [upTo(100)]);
});

Deno.test("poison becomes a dead letter and its neighbours are stored", async () => {
  const stored = new Set<number>();
  const { actor, consume, letters } = setUp((events) => {
    if (events.some(({ data }) => data.n === 37 || data.n === 38)) {
      throw new PermanentError("no");
    }
    for (const { data } of events) stored.add(data.n);
  });
  await consume(deliveries(actor, upTo(100)), signal);
  assert.equal(stored.size, 98);
  assert.deepEqual(dead(letters), ["37 permanent", "38 permanent"]);
});

Deno.test("the way of the newest event of a symbol is recorded, with how often it was tried", async () => {
  let tries = 0;
  const { actor, consume, traces } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  await consume(deliveries(actor, [1, 2]), signal);
  assert.deepEqual(
    traces.map(({ position, attempts }) => [position, attempts]),
    [["2", 1], ["1", 2]],
    "the first failed once more alone",
  );
  await consume(deliveries(actor, [5, 6], true), signal);
  const last = traces.at(-1)!;
  assert.deepEqual(
    [last.position, last.attempts],
    ["6", 2],
    "delivered before",
  );
  assert.equal(last.event_id, "6");
});

Deno.test("each call of the handler is timed, each event until it is stored, and each that is tried again counted", async () => {
  let tries = 0;
  const { actor, consume, measures } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  const storedAt = Date.now() - 7_000;
  const batch = deliveries(actor, [1, 2])
    .map((delivery) => ({ ...delivery, storedAt }));
  await consume(batch, signal);
  const { handle, publishToStored, retried } = measures;
  assert.deepEqual([handle.count, publishToStored.count, retried], [4, 2, 1]);
  assert.equal(publishToStored.quantile(1), 10, "in the bucket of 5 to 10 s");
});

Deno.test("an event that fails is tried five times, then a dead letter", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    tries++;
    throw new Error("a bug");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.equal(tries, 5);
  assert.deepEqual(dead(letters), ["1 retries-exhausted"]);
  assert.equal(letters[0]!.attempts, 5);
  assert.match(letters[0]!.stack ?? "", /a bug/);
});

Deno.test("an event that succeeds at the third attempt is no dead letter", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual([tries, letters.length], [3, 0]);
});

Deno.test("an outage is waited for, however often it answers, and makes no dead letters", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    if (++tries <= 7) throw new Unreachable("down");
  });
  await consume(deliveries(actor, upTo(10)), signal);
  assert.deepEqual([tries, letters.length], [8, 0]);
});

Deno.test("during an outage it stops when told to, and does not acknowledge", async () => {
  const stop = new AbortController();
  const { actor, consume } = setUp(() => {
    stop.abort(new Error("leaving"));
    throw new Unreachable("down");
  });
  await assert.rejects(
    consume(deliveries(actor, [1]), stop.signal),
    /down|leaving/,
  );
});

Deno.test("what cannot be decoded is a dead letter, and the rest of the batch goes on", async () => {
  const stored: number[] = [];
  const { actor, consume, letters } = setUp((events) =>
    void stored.push(...events.map(({ data }) => data.n))
  );
  const batch = deliveries(actor, [1, 2, 3]);
  batch[1] = { ...batch[1]!, attributes: { surprise: "!" }, data: "" };
  await consume(batch, signal);
  assert.deepEqual(stored, [1, 3]);
  assert.deepEqual(dead(letters), ["2 decode"]);
});

/** An isolate's life. What it has in hand when it ends is never settled. */
function newLife() {
  const { promise: end, resolve } = Promise.withResolvers<"died">();
  return {
    kill: () => (resolve("died"), new Promise<never>(() => {})),
    outcome: (work: Promise<void>) =>
      Promise.race([
        work.then(() => "done" as const, () => "later" as const),
        end,
      ]),
  };
}

Deno.test("an event that kills its isolate ends alone and dead; its neighbours are stored", async () => {
  const killer = 77;
  const stored = new Set<number>();
  let life = newLife();
  const { actor, consume, counts, letters } = setUp((events) => {
    if (events.some(({ data }) => data.n === killer)) return life.kill();
    for (const { data } of events) stored.add(data.n);
  });
  let lives = 0;
  // A life that is ended acknowledges nothing: the next one gets the whole batch again.
  for (let outcome; outcome !== "done" && lives < 20; lives++) {
    life = newLife();
    const batch = deliveries(actor, upTo(300), lives > 0);
    const run = () => life.outcome(consume(batch, signal));
    outcome = await run();
    // What may have killed is left for later, once.
    if (outcome === "later") outcome = await run();
  }
  assert.deepEqual(dead(letters), [`${killer} killed-its-isolate`]);
  assert.equal(letters[0]!.attempts, 5);
  assert.equal(stored.size, 299);
  assert.equal(lives, 6);
  assert.equal(counts.size, 0);
});

Deno.test("neighbours behind a killer do not wait for its end", async () => {
  const stored = new Set<number>();
  let life = newLife();
  const { actor, consume, letters } = setUp((events) => {
    if (events.some(({ data }) => data.n === 3)) return life.kill();
    for (const { data } of events) stored.add(data.n);
  });
  for (
    const [redelivered, end] of [[false, "died"], [true, "died"], [
      true,
      "later",
    ]] as const
  ) {
    life = newLife();
    const batch = deliveries(actor, upTo(300), redelivered);
    assert.equal(await life.outcome(consume(batch, signal)), end);
  }
  assert.deepEqual(letters, []);
  assert.ok(stored.size >= 300 - 64, `${stored.size} are stored`);
});

Deno.test("an event that is given up to others again and again is no killer", async () => {
  const { actor, consume, counts, letters } = setUp((_, { signal }) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    })
  );
  for (let time = 0; time < 8; time++) {
    const taken = new AbortController();
    setTimeout(() => taken.abort(new Error("its partitions went away")), 5);
    const batch = deliveries(actor, [1], true);
    await assert.rejects(consume(batch, taken.signal), /went away/);
  }
  assert.deepEqual(letters, []);
  assert.deepEqual(counts, new Map([["1", 0]]));
});

Deno.test("what is a dead letter already is not handled when it comes again", async () => {
  const handled: number[] = [];
  let broken = true;
  const { actor, consume, letters } = setUp((events) => {
    for (const { data } of events) {
      if (broken && data.n === 1) throw new PermanentError("broken");
      handled.push(data.n);
    }
  });
  await consume(deliveries(actor, [1]), signal);
  broken = false;
  await consume(deliveries(actor, [0, 1, 2], true), signal);
  assert.deepEqual(handled, [0, 2]);
  assert.deepEqual(dead(letters), ["1 permanent"]);
});

Deno.test("what keeps a batch from being finished is said", async () => {
  const { actor, consume, letters, warnings } = setUp(() => {
    throw new PermanentError("no");
  });
  letters.push = () => {
    throw new Error("permission denied for table dead_letters");
  };
  await assert.rejects(consume(deliveries(actor, [1]), signal), /permission/);
  assert.deepEqual(warnings, ["a batch could not be finished"]);
});

Deno.test("an event that its handler refuses for good is not waited for, whatever the cause was", async () => {
  const { actor, consume, letters } = setUp(() => {
    const cause = new Unreachable("the source of this event is gone");
    throw new PermanentError("no", { cause });
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual(dead(letters), ["1 permanent"]);
});

Deno.test("the latest values are set after the batch is stored, from what its events say", async () => {
  const order: string[] = [];
  const { actor, consume, latest } = setUp(() => void order.push("stored"));
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
  const batch = [["A", 1], ["B", 5]] as const;
  await consume(
    batch.map(([symbol, n]) => ({
      ...encode(actor, { id: `${symbol}${n}`, symbol, at: at(n), data: { n } }),
      position: `${symbol}${n}`,
      storedAt: 0,
      redelivered: false,
    })),
    signal,
  );
  assert.deepEqual(order, ["stored"]);
  assert.deepEqual(latest, [
    { symbol: "A", at: at(1), n: 1 },
    { symbol: "B", at: at(5), n: 5 },
  ]);
});

Deno.test("of a batch that is not stored no latest value is set", async () => {
  const { actor, consume, latest } = setUp(() => {
    throw new PermanentError("no");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual(latest, []);
});

Deno.test("while latest values are set the actor has the next part, never two at once, and the batch waits for all", async () => {
  const sizes: number[] = [];
  let at = 0;
  const second = Promise.withResolvers<void>();
  const { actor, consume, latest } = setUp(async (events) => {
    assert.equal(++at, 1);
    sizes.push(events.length);
    await new Promise((resolve) => setTimeout(resolve, 5));
    at--;
    if (sizes.length === 2) second.resolve();
  }, () => second.promise);
  const many = Array.from({ length: 1_500 }, (_, n) => n);
  await consume(deliveries(actor, many), new AbortController().signal);
  assert.equal(sizes.reduce((sum, size) => sum + size), 1_500);
  assert.ok(sizes.length > 1);
  assert.equal(latest.length, 1_500);
});
