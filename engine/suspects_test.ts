import assert from "node:assert/strict";
import type { Delivery } from "../broker/broker.ts";
import type { Store } from "./store.ts";
import { storeSuspects } from "./suspects.ts";

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
  await storeSuspects(suspects, store, {
    actor: { name: "test" },
    maxAttempts: 5,
    deadLetters: { known: () => Promise.resolve(new Map()) },
    attempts: {
      of: () =>
        Promise.resolve(
          new Map(triedBefore.map((count, i) => [`${i}-0`, count])),
        ),
      count: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    },
  }, signal);
  return sizes;
}

Deno.test("a large batch that comes back is stored in a few groups", async () => {
  assert.deepEqual(await sizesOf(2_000, []), [64, 128, 256, 512, 1_024, 16]);
});

Deno.test("what comes back again is stored in small groups, then alone, after all others", async () => {
  const tried = [...Array<number>(12).fill(1), 2, 3];
  assert.deepEqual(await sizesOf(100, tried), [64, 22, 8, 4, 1, 1]);
});
