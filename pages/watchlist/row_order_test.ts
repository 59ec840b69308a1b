import assert from "node:assert/strict";
import { longestRising, putInOrder } from "./row_order.ts";

Deno.test("of rows that get another order, as many as can be stay where they are", () => {
  const staying = (numbers: number[]) =>
    [...longestRising(numbers)].sort((a, b) => a - b);
  assert.deepEqual(staying([]), []);
  assert.deepEqual(staying([0, 1, 2, 3]), [0, 1, 2, 3]);
  // One that moves to the end, to the beginning, and in between.
  assert.deepEqual(staying([4, 0, 1, 2, 3]), [0, 1, 2, 3]);
  assert.deepEqual(staying([1, 2, 3, 4, 0]), [1, 2, 3, 4]);
  assert.deepEqual(staying([0, 3, 1, 2, 4]), [0, 1, 2, 4]);
  assert.equal(staying([3, 2, 1, 0]).length, 1);
  assert.equal(staying([7, 2, 8, 1, 3, 4, 6, 0, 5]).length, 4);
});

/** As much of a table's body as is used. */
function bodyOf(places: readonly number[]) {
  const rows: Row[] = [];
  class Row {
    constructor(readonly place: number) {}
    get nextElementSibling(): Row | null {
      return rows[rows.indexOf(this) + 1] ?? null;
    }
  }
  const take = (row: Row) => void rows.splice(rows.indexOf(row), 1);
  let moves = 0;
  rows.push(...places.map((place) => new Row(place)));
  const body = {
    rows,
    get firstElementChild() {
      return rows[0] ?? null;
    },
    contains: () => false,
    append(...given: Row[]) {
      for (const row of given) (take(row), rows.push(row), moves++);
    },
    insertBefore(row: Row, next: Row | null) {
      take(row);
      rows.splice(next ? rows.indexOf(next) : rows.length, 0, row);
      moves++;
    },
  };
  return {
    put: () => {
      const wanted = rows.toSorted((a, b) => a.place - b.place);
      return putInOrder(body as never, wanted as never);
    },
    places: () => rows.map(({ place }) => place),
    moves: () => moves,
  };
}

Deno.test("rows get their order a few at a time, and the first of them at once", () => {
  Object.assign(globalThis, { document: { activeElement: null } });
  try {
    const up = Array.from({ length: 200 }, (_, n) => n);
    const orders = [
      up,
      up.toReversed(),
      [...up.slice(1), 0],
      [199, ...up.slice(0, -1)],
      // The first one stays, below many that do not.
      [...up.slice(100).toReversed(), ...up.slice(0, 100)],
      ...[7, 11, 13].map((step) => up.map((n) => n * step % 199).slice(0, 199)),
    ];
    for (const order of orders) {
      const body = bodyOf(order);
      let goes = 1;
      for (let done = body.put(); !done; done = body.put()) {
        assert.deepEqual(body.places().slice(0, 2), [0, 1]);
        assert.ok(body.moves() <= 30 * goes++);
        assert.ok(goes < 20);
      }
      assert.deepEqual(body.places(), up.slice(0, order.length));
    }
    const last = bodyOf([...up.slice(1), 0]);
    assert.ok(last.put());
    assert.equal(last.moves(), 1);
    const first = bodyOf([199, ...up.slice(0, -1)]);
    assert.ok(first.put());
    assert.equal(first.moves(), 1);
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});
