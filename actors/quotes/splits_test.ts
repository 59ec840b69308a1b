import assert from "node:assert/strict";
import { splitAdjusted, splitsOf } from "./splits.ts";

const quote = (at: string, price: number, previous_close: number) => (
  { at: `2026-11-${at}:00.000Z`, price, previous_close }
);

Deno.test("a split is known by its restated previous close, and prices before it are divided", () => {
  const quotes = [
    quote("23T15:00", 1000, 990),
    quote("23T21:00", 1010, 990),
    quote("24T14:30", 102, 101),
    quote("24T21:00", 104, 101),
  ];
  const splits = splitsOf(quotes);
  assert.deepEqual(splits, [{ at: quotes[2]!.at, ratio: 10, text: "10:1" }]);
  assert.deepEqual(splitAdjusted(quotes, splits), [100, 101, 102, 104]);
});

Deno.test("a reverse split is one as well", () => {
  const quotes = [quote("23T21:00", 2, 2), quote("24T14:30", 39, 40)];
  assert.deepEqual(splitsOf(quotes).map(({ text }) => text), ["1:20"]);
  assert.deepEqual(splitAdjusted(quotes, splitsOf(quotes)), [40, 39]);
});

Deno.test("a crash, a rise, a correction within the day and a missing close are no splits", () => {
  for (
    const [after, close] of [[500, 1000], [100, 995], [2000, 1000], [1010, 0]]
  ) {
    const quotes = [
      quote("23T21:00", 1000, 990),
      quote("24T14:30", after!, close!),
    ];
    assert.deepEqual(splitsOf(quotes), []);
  }
  const within = [quote("24T15:00", 1000, 990), quote("24T15:02", 100, 99)];
  assert.deepEqual(splitsOf(within), []);
});
