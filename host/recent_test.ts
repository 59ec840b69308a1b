import assert from "node:assert/strict";
import type { Value } from "../engine/actor.ts";
import { keepRecent } from "./recent.ts";

const at = "2026-01-30T21:00:00.000Z";
const valueOf = (symbol: string): Value => ({ symbol, at });

Deno.test("histories are read once for each latest value, those that are open in one question", async () => {
  const asked: string[] = [];
  let now = 0;
  const recent = keepRecent((actor, { symbols, limit }) => {
    asked.push(`${actor} ${symbols} ${limit}`);
    return Promise.resolve(symbols.flatMap((symbol) => [
      { ...valueOf(symbol), n: asked.length },
      { ...valueOf(symbol), n: 0 },
    ]));
  }, () => now);
  const read = (latest: Value[], limit = 2) =>
    recent("quotes", { latest, limit }, 1_000);
  const [a, b, c] = [valueOf("A"), valueOf("B"), valueOf("C")];
  const first = await read([a, b]);
  assert.deepEqual(first.get("B")!.map(({ n }) => n), [1, 0]);
  const again = await read([a, b, c]);
  assert.equal(again.get("A"), first.get("A"), "the same rows");
  await read([valueOf("A"), b]);
  await read([b], 1);
  now = 59_999;
  await read([c]);
  now = 60_000;
  await read([c]);
  assert.deepEqual(asked, [
    "quotes A,B 2",
    "quotes C 2",
    "quotes A 2",
    "quotes B 1",
    "quotes C 2",
  ]);
});

Deno.test("what could not be read is asked for again", async () => {
  let fails = true;
  const recent = keepRecent(() =>
    fails ? Promise.reject(new Error("away")) : Promise.resolve([])
  );
  const query = { latest: [valueOf("A")], limit: 1 };
  await assert.rejects(recent("quotes", query, 1_000), /away/);
  fails = false;
  assert.deepEqual(
    await recent("quotes", query, 1_000),
    new Map([["A", []]]),
  );
});
