import assert from "node:assert/strict";
import { placeBefore, type Placed } from "./places.ts";

const abc: readonly Placed[] = [
  { symbol: "A", place: 1 },
  { symbol: "B", place: 2 },
  { symbol: "C", place: 3 },
];

/** The order after a move. */
function moved(
  order: readonly Placed[],
  symbol: string,
  before: string | null,
): Placed[] {
  const places = new Map(order.map((one) => [one.symbol, one.place]));
  for (const one of placeBefore(order, symbol, before)) {
    places.set(one.symbol, one.place);
  }
  return [...places].map(([symbol, place]) => ({ symbol, place }))
    .sort((a, b) => a.place - b.place);
}

const named = (order: readonly Placed[]) =>
  order.map((one) => one.symbol).join("");

Deno.test("a symbol moves between two others, to the front and to the end, and alone", () => {
  assert.equal(named(moved(abc, "C", "B")), "ACB");
  assert.equal(named(moved(abc, "C", "A")), "CAB");
  assert.equal(named(moved(abc, "A", null)), "BCA");
  assert.equal(named(moved(abc, "B", "B")), "ABC");
  assert.equal(named(moved(abc, "B", "C")), "ABC");
  assert.equal(placeBefore(abc, "C", "A").length, 1);
});

Deno.test("moved between the same two for ever, the order is still right", () => {
  let order: Placed[] = [...abc];
  for (let i = 0; i < 200; i++) {
    order = moved(order, i % 2 ? "B" : "C", i % 2 ? "C" : "B");
    assert.equal(named(order), i % 2 ? "ABC" : "ACB");
  }
});

Deno.test("two at the same place are told apart by a move between them", () => {
  const same = ["A", "B", "C"].map((symbol) => ({ symbol, place: 1 }));
  assert.equal(named(moved(same, "C", "B")), "ACB");
});
