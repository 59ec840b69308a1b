import assert from "node:assert/strict";
import type { HistoryQuery, Value } from "../engine/actor.ts";
import { csvParts, jsonParts, pageRows, pagesOf } from "./rows.ts";

const start = Date.UTC(2026, 0, 31);
const { signal } = new AbortController();

/** Stored in microseconds, told in milliseconds, and asked for as an actor is. */
function actorOf(micros: readonly number[]) {
  const stored = micros.toSorted((a, b) => a - b).map((at, id) => ({ at, id }));
  const asked: HistoryQuery[] = [];
  const valueOf = ({ at, id }: typeof stored[number]): Value => ({
    symbol: "A",
    at: new Date(start + Math.floor(at / 1_000)).toISOString(),
    id,
  });
  const end = (time: string) => (Date.parse(time) - start) * 1_000;
  return {
    asked,
    all: stored.map(valueOf),
    ask(query: HistoryQuery): Promise<Value[]> {
      asked.push(query);
      const { from, to, limit } = query;
      const found = stored.filter(({ at }) =>
        (!from || at >= end(from)) && (!to || at <= end(to))
      );
      return Promise.resolve(found.slice(-limit).map(valueOf));
    },
  };
}

async function read(
  actor: ReturnType<typeof actorOf>,
  query: Partial<HistoryQuery> = {},
): Promise<Value[]> {
  const whole = { symbol: "A", limit: 100_000, ...query };
  return (await Array.fromAsync(pagesOf(actor.ask, whole))).reverse().flat();
}

const tables: Record<string, number[]> = {
  "none": [],
  "a page and its end": Array.from({ length: pageRows }, (_, n) => n * 60e6),
  "some pages": Array.from({ length: 5 * pageRows + 7 }, (_, n) => n * 60e6),
  "three in each instant": Array.from(
    { length: 4 * pageRows },
    (_, n) => Math.floor(n / 3) * 1e6,
  ),
  "some in each millisecond": Array.from(
    { length: 3 * pageRows },
    (_, n) => n * 370,
  ),
  "more than a page in one instant": [
    ...new Array(3 * pageRows).fill(5_000),
    ...Array.from({ length: pageRows }, (_, n) => 9_000 + n * 500),
  ],
};

for (const [what, micros] of Object.entries(tables)) {
  Deno.test(`pages have every row once, in order: ${what}`, async () => {
    const actor = actorOf(micros);
    assert.deepEqual(await read(actor), actor.all);
  });
}

Deno.test("pages keep to the window and to the newest rows, and are asked for one by one", async () => {
  const actor = actorOf(tables["some pages"]!);
  const { all } = actor;
  const from = all[100]!.at, to = all[2_000]!.at;
  assert.deepEqual(await read(actor, { from, to }), all.slice(100, 2_001));
  assert.deepEqual(await read(actor, { limit: 1_234 }), all.slice(-1_234));
  assert.ok(actor.asked.every(({ limit }) => limit === pageRows));
  const before = actor.asked.length;
  await pagesOf(actor.ask, { symbol: "A", limit: 100_000 }).next();
  assert.equal(actor.asked.length, before + 1);
});

Deno.test("an actor that does not heed the window is asked some times, and no more", async () => {
  const { all } = actorOf(tables["some pages"]!);
  let asked = 0;
  const ask = () => (asked++, Promise.resolve(all));
  const pages = pagesOf(ask, { symbol: "A", limit: 10_000 });
  await Array.fromAsync(pages);
  assert.ok(asked < 20, `${asked}`);
});

async function* given(pages: Value[][]) {
  yield* pages;
}

Deno.test("parts are the oldest first, and a column that a newer page has not is empty there", async () => {
  const at = (n: number) => new Date(start + n).toISOString();
  const pages = () =>
    given([
      [{ symbol: "A", at: at(3), price: 3 }],
      [{ symbol: "A", at: at(1), price: 1, former: [2] }, {
        symbol: "A",
        at: at(2),
        price: null,
      }],
    ]);
  const json = await Array.fromAsync(jsonParts({ a: "b" }, pages(), signal));
  assert.deepEqual(JSON.parse(json.join("")), {
    a: "b",
    rows: (await Array.fromAsync(pages())).reverse().flat(),
  });
  const columns = ["symbol", "at", "price"];
  const csv = await Array.fromAsync(csvParts(columns, pages(), false, signal));
  assert.equal(
    csv.join(""),
    `symbol,at,price,former\r\nA,${at(1)},1,[2]\r\n` +
      `A,${at(2)},,\r\nA,${at(3)},3,\r\n`,
  );
  const empty = csvParts(columns, given([[]]), false, signal);
  assert.deepEqual(await Array.fromAsync(empty), ["symbol,at,price\r\n"]);
  const none = await Array.fromAsync(jsonParts({}, given([[]]), signal));
  assert.deepEqual(JSON.parse(none.join("").replace("{,", "{")), { rows: [] });
});
