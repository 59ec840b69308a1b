import assert from "node:assert/strict";
import { repeatsOf, repeatText } from "./repeats.ts";

const cells = (...told: [symbol: string, same: string][]) =>
  told.map(([symbol, same]) => ({ symbol, same }));

Deno.test("the first says it and names the others, which refer to it", () => {
  const found = repeatsOf(
    cells(["A", "6:1"], ["B", "6:2"], ["C", "6:1"], ["D", "6:1"]),
  );
  assert.deepEqual(found, [
    { as: null, also: ["C", "D"] },
    null,
    { as: "A", also: [] },
    { as: "A", also: [] },
  ]);
});

Deno.test("of many others a few are named, and the rest is counted", () => {
  const text = (...also: string[]) => repeatText({ as: null, also });
  assert.equal(text("B", "C"), "also B, C");
  assert.equal(text("B", "C", "D", "E", "F"), "also B, C, D and 2 more");
  assert.equal(repeatText({ as: "A", also: [] }), "as A");
});
