/** What is told of where a value comes from is what Redis and PostgreSQL hold; and the page of each event's way. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { bench, event } from "./support/bench.ts";
import { eventually } from "./support/host.ts";

Deno.test("a value's way is told from its scan to its row, and why there is none", (t) =>
  bench(async ({ host, env, sql, broker, tell, isStored }) => {
    // deno-lint-ignore no-explicit-any -- the answers are checked by what the test asserts of them
    const get = async (path: string): Promise<any> => {
      const response = await fetch(host.url + path);
      assert.equal(response.status, 200, path);
      return await response.json();
    };
    const provenance = (signal: string, symbol: string) =>
      get(`/api/signals/${signal}/provenance?symbol=${symbol}`);
    const redis = new Redis(env.REDIS_URL!);
    try {
      await t.step("a scanned value", async () => {
        await eventually(async () =>
          (await provenance("quotes", "AAPL")).scanned_at !== null
        );
        const way = await provenance("quotes", "AAPL");
        const latest = await redis.hget("signalbox:latest:quotes", "AAPL");
        assert.deepEqual(way.value, JSON.parse(latest!));
        assert.equal(way.at, way.value.at);
        const [[, fields]] = await redis.xrange(
          "signalbox:stream:quotes",
          way.position,
          way.position,
        ) as [[string, string[]]];
        const field = (name: string) => fields[fields.indexOf(name) + 1]!;
        assert.equal(field("id"), way.event_id);
        assert.equal(field("time"), way.at);
        assert.equal(field("traceparent").split("-")[1], way.trace_id);
        assert.equal(way.scan_id, way.trace_id);
        const ms = Number(way.position.split("-")[0]);
        assert.equal(Date.parse(way.published_at), ms);
        const [scan] = await sql`
          select slot, started_at from scan_history
          where actor = 'quotes' and symbol = 'AAPL' and scan_id = ${way.scan_id}`;
        assert.equal(way.scanned_at, scan!.started_at.toISOString());
        assert.equal(way.slot, scan!.slot?.toISOString() ?? null);
        const order = ["scanned_at", "published_at", "stored_at"];
        assert.deepEqual(order.map((name) => way[name]).toSorted(), [
          ...order.map((name) => way[name]),
        ]);
        assert.ok(way.delivered_at <= way.stored_at);
        assert.equal(way.attempts, 1);
        assert.match(way.host, /quotes/);
        assert.deepEqual([way.last_error, way.reason], [null, null]);
        assert.ok(way.next_scan);
      });

      await t.step("what was stored at the second try says so", async () => {
        await tell("TWICE", "throw", true);
        await eventually(() => isStored("TWICE"));
        await eventually(async () =>
          (await provenance("chaos", "TWICE")).attempts === 2
        );
        const way = await provenance("chaos", "TWICE");
        assert.deepEqual([way.scan_id, way.trace_id], [null, null]);
      });

      await t.step("a dead letter is why there is no value", async () => {
        await sql`insert into watchlist (symbol) values ('BAD')`;
        await broker.publish("chaos", [event("BAD", "permanent", true)]);
        await eventually(async () =>
          (await provenance("chaos", "BAD")).dead_letter !== null
        );
        const way = await provenance("chaos", "BAD");
        assert.deepEqual([way.value, way.position, way.attempts], [
          null,
          null,
          null,
        ]);
        assert.match(way.last_error, /permanent: BAD/);
        assert.match(way.reason, /permanent: BAD/);
      });
    } finally {
      redis.disconnect();
    }
  }));
