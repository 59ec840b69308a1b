import assert from "node:assert/strict";
import type { Delivery } from "../broker/broker.ts";
import {
  dead,
  deliveries,
  setUp,
  signal,
  upTo,
} from "../tests/support/consuming.ts";
import type { Store } from "./store.ts";
import { insisting, LaterError, storeSuspects } from "./suspects.ts";

/** The sizes of the groups in which so many come back, of which the first have been tried before. */
async function sizesOf(many: number, triedBefore: readonly number[]) {
  const sizes: number[] = [];
  const store = {
    outages: { wait: (work: () => Promise<unknown>) => work() },
    decode: (group: readonly Delivery[]) => Promise.resolve(group),
    store: (items: readonly unknown[]) => {
      sizes.push(items.length);
      return Promise.resolve();
    },
  } as unknown as Store;
  const suspects = Array.from({ length: many }, (_, i) => ({
    position: `${i}-0`,
  })) as unknown as Delivery[];
  const options = {
    deferred: new Set<string>(),
    actor: { name: "test" },
    maxAttempts: 5,
    deadLetters: { known: () => Promise.resolve(new Map()) },
    attempts: {
      of: () =>
        Promise.resolve(
          new Map(triedBefore.map((count, i) => [`${i}-0`, count])),
        ),
      count: () => Promise.resolve(),
      uncount: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    },
  };
  const run = () => storeSuspects(suspects, store, options, signal);
  if (triedBefore.length) {
    await assert.rejects(run, LaterError);
    sizes.push(0);
  }
  await run();
  assert.equal(options.deferred.size, 0);
  return sizes;
}

Deno.test("a large batch that comes back is stored in a few groups", async () => {
  assert.deepEqual(await sizesOf(2_000, []), [64, 128, 256, 512, 1_024, 16]);
});

Deno.test("what comes back again is left for later, then stored alone", async () => {
  const tried = [...Array<number>(12).fill(1), 2, 3];
  const alone = Array<number>(14).fill(1);
  // The innocent of the batch are stored once more, which changes nothing.
  assert.deepEqual(await sizesOf(100, tried), [64, 22, 0, 64, 22, ...alone]);
});

Deno.test("where many come back again, they are stored in small groups first", async () => {
  const tried = Array<number>(100).fill(1);
  const groups = [...Array<number>(12).fill(8), 4];
  assert.deepEqual(await sizesOf(100, tried), [0, ...groups]);
});

Deno.test("a reader that does not come again has what was left for later at once", async () => {
  let calls = 0;
  const handler = insisting(() => {
    if (++calls === 1) return Promise.reject(new LaterError("later"));
    return Promise.resolve();
  });
  await handler([], signal);
  assert.equal(calls, 2);
  const broken = insisting(() => Promise.reject(new TypeError("broken")));
  await assert.rejects(async () => await broken([], signal), TypeError);
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
