import assert from "node:assert/strict";
import type { Value } from "../engine/actor.ts";
import { catalogOf } from "../tests/support/actors.ts";
import { createFeedClient } from "./feed_client.ts";
import { createPresent } from "./present.ts";

const at = "2026-01-30T21:00:00.000Z";

/** Counts how often the latest values are read. */
function counted() {
  let reads = 0;
  let value: Value = { symbol: "AAPL", at, price: 1 };
  let failing = false;
  const latest = (_: string, symbols?: readonly string[]) => {
    reads++;
    if (failing) return Promise.reject(new Error("away"));
    const values = [value, { ...value, symbol: "MSFT" }]
      .filter(({ symbol }) => symbols?.includes(symbol) ?? true);
    return Promise.resolve(new Map(values.map((one) => [one.symbol, one])));
  };
  const present = createPresent({
    catalog: catalogOf({ quotes: { columns: [] } }),
    values: { latest } as never,
  });
  return {
    present,
    reads: () => reads,
    set: (price: number) => value = { ...value, price },
    fail: (now: boolean) => failing = now,
    async told(wish = {}) {
      const client = createFeedClient({ cells: false, ...wish }, () => {});
      await present.tell(client);
      client.close();
      const text = await client.response.text();
      return [...text.matchAll(/"symbol":"(\w+)","at":"[^"]*","price":(\d)/g)]
        .map(([, symbol, price]) => `${symbol} ${price}`);
    },
  };
}

Deno.test("the present values are read once for all who come, and again after a change", async () => {
  const { present, told, reads, set } = counted();
  const both = await Promise.all([told(), told()]);
  assert.deepEqual(both, [["AAPL 1", "MSFT 1"], ["AAPL 1", "MSFT 1"]]);
  assert.equal(reads(), 1);
  set(2);
  present.changed("quotes");
  assert.deepEqual(await told(), ["AAPL 2", "MSFT 2"]);
  assert.equal(reads(), 2);
});

Deno.test("who wishes one symbol gets that alone, and who has cells nothing", async () => {
  const { told, reads } = counted();
  assert.deepEqual(await told({ symbol: "MSFT" }), ["MSFT 1"]);
  assert.deepEqual(await told({ actor: "quotes" }), ["AAPL 1", "MSFT 1"]);
  assert.equal(reads(), 2);
  assert.deepEqual(await told({ cells: true }), []);
  assert.equal(reads(), 2);
});

Deno.test("values that could not be read are asked for again by the next", async () => {
  const { told, fail } = counted();
  fail(true);
  await assert.rejects(told(), /away/);
  fail(false);
  assert.deepEqual(await told(), ["AAPL 1", "MSFT 1"]);
});
