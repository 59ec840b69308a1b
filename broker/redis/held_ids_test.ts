import assert from "node:assert/strict";
import { HeldIds } from "./held_ids.ts";

const page = (from: number, count = 3) =>
  Array.from({ length: count }, (_, i) => `${from + i}-0`);

function holding(...pages: string[][]): HeldIds {
  const held = new HeldIds();
  for (const one of pages) held.add(one);
  return held;
}

Deno.test("what is let go of is held no more, however it had come", () => {
  const cases: [gone: string[], left: string[]][] = [
    [page(0), [...page(3), ...page(6)]],
    [page(3), [...page(0), ...page(6)]],
    [page(0, 6), page(6)],
    [page(6).concat(page(0)), page(3)],
    [page(0, 4), [...page(4, 2), ...page(6)]],
    [page(1, 7), ["0-0", "8-0"]],
    [["8-0", "2-0"], [...page(0, 2), ...page(3, 5)]],
    [[...page(0), "77-0", ...page(3)], page(6)],
    [["77-0"], page(0, 9)],
    [[], page(0, 9)],
    [page(0, 9), []],
  ];
  for (const [gone, left] of cases) {
    const held = holding(page(0), page(3), page(6));
    held.delete(gone);
    assert.deepEqual([...held.all()], left, `without ${gone}`);
  }
});

Deno.test("an id that was read twice is held until it is let go of", () => {
  const held = holding(page(0), [], page(0));
  assert.deepEqual([...held.all()], page(0));
  held.delete(page(0));
  held.delete(page(0));
  assert.deepEqual([...held.all()], []);
});

Deno.test("nothing is held once all is forgotten, and letting go of it is no matter", () => {
  const held = holding(page(0));
  held.clear();
  held.delete(page(0));
  assert.equal(held.all().size, 0);
});
