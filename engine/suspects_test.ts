import assert from "node:assert/strict";
import type { Delivery } from "../broker/broker.ts";
import type { Store } from "./store.ts";
import { insisting, LaterError, storeSuspects } from "./suspects.ts";

const { signal } = new AbortController();

/** The sizes of the groups in which so many come back, of which the first have been tried before. */
async function sizesOf(many: number, triedBefore: readonly number[]) {
  const sizes: number[] = [];
  const store = {
    patiently: (work: () => Promise<unknown>) => work(),
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
