import assert from "node:assert/strict";
import { consensus, ratingSummary, ratingTotal } from "./ratings.tsx";

const counts = (...n: [number, number, number, number, number]) => ({
  strong_buy: n[0],
  buy: n[1],
  hold: n[2],
  sell: n[3],
  strong_sell: n[4],
});

Deno.test("the consensus is the mean, in words", () => {
  assert.equal(consensus(counts(9, 1, 0, 0, 0)), "Strong buy");
  assert.equal(consensus(counts(5, 10, 4, 1, 0)), "Buy");
  assert.equal(consensus(counts(1, 0, 8, 0, 1)), "Hold");
  assert.equal(consensus(counts(0, 0, 0, 1, 9)), "Strong sell");
});

Deno.test("nobody's ratings have no consensus", () => {
  assert.equal(consensus(counts(0, 0, 0, 0, 0)), "No ratings");
});

Deno.test("the summary counts the strong ones in", () => {
  const ratings = counts(3, 2, 4, 1, 1);
  assert.equal(ratingSummary(ratings), "5 buy · 4 hold · 2 sell");
  assert.equal(ratingTotal(ratings), 11);
});
