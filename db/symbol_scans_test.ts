import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { KeptCall } from "../engine/kept_calls.ts";
import type { ScanOutcome } from "../engine/status.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { createSymbolScans } from "./symbol_scans.ts";
import { createWatchlist } from "./watchlist.ts";

const minute = 60_000;
const call: KeptCall = {
  provider: "finnhub",
  path: "/quote",
  symbols: 1,
  status: 200,
  after_ms: 3,
  duration_ms: 37,
  tries: [
    { status: 503, error: "answered 503 \0\ud83d", duration_ms: 10 },
    { status: 200, error: null, duration_ms: 20 },
  ],
};
const slotOf = (minutes: number) => new Date(Date.now() + minutes * minute);

async function withScans(
  symbols: readonly string[],
  play: (scene: ReturnType<typeof sceneOf>) => Promise<void>,
): Promise<void> {
  await using database = await migratedDatabase();
  await createWatchlist(database.sql).seed(symbols);
  await play(sceneOf(database.sql));
}

function sceneOf(sql: Sql) {
  const scans = createSymbolScans(sql);
  return {
    sql,
    scans,
    scanned: (
      symbol: string,
      slot: Date | null,
      outcome: ScanOutcome = "ok",
      actor = "quotes",
    ) =>
      scans.record({
        actor,
        symbol,
        market: "finnhub",
        scan_id: "0af7651916cd43dd8448eb211c80319c",
        slot,
        scan: {
          outcome,
          error: outcome === "ok" ? null : `${symbol}: ${outcome}\0`,
          published: 1,
          calls: { ok: 1, limited: 2 },
          market_calls: [call],
          duration_ms: 40,
          waited_ms: 60,
        },
      }),
    due: (slot: Date, except: string[] = []) =>
      scans.due("quotes", "finnhub", slot, except, 100),
    /** As if all of it had happened earlier. */
    age: (interval: string) =>
      sql`update symbol_scans set tried_at = tried_at - ${interval}::interval,
        scanned_at = scanned_at - ${interval}::interval, slot = slot - ${interval}::interval,
        next_at = next_at - ${interval}::interval`,
  };
}

Deno.test("what was scanned counts at once: the rest is due, and with the next slot the oldest comes first", async () => {
  await withScans(["A", "B", "C", "D"], async ({ due, scanned, age, sql }) => {
    const slot = slotOf(-1);
    assert.deepEqual(await due(slot), ["A", "B", "C", "D"]);
    await scanned("B", slot);
    await scanned("A", slot);
    assert.deepEqual(
      await due(slot),
      ["C", "D"],
      "as another host would go on",
    );
    await age("5 minutes");
    await createWatchlist(sql).add("E");
    assert.deepEqual(await due(slotOf(0)), ["C", "D", "E", "B", "A"]);
    await scanned("C", slotOf(0));
    await scanned("B", null);
    assert.deepEqual(
      await due(slotOf(-1)),
      ["D", "E", "A"],
      "by hand counts too",
    );
  });
});

Deno.test("a slow scan that runs into the next slot leaves what is young enough for later", async () => {
  await withScans(["HEAD", "TAIL"], async ({ due, scanned, age }) => {
    await scanned("HEAD", slotOf(-3));
    await age("2 minutes");
    await scanned("TAIL", slotOf(-3));
    assert.deepEqual(await due(slotOf(-1)), ["HEAD"]);
  });
});

Deno.test("what the market refuses or does not know is tried ever more rarely, up to a day", async () => {
  for (const outcome of ["refused", "unknown"] as const) {
    await withScans(["A", "SAP.DE"], async ({ due, scanned, scans, age }) => {
      const waits: number[] = [];
      for (let i = 0; i < 10; i++) {
        await scanned("SAP.DE", slotOf(0), outcome);
        const { next_at, tried_at } = (await scans.of("quotes")).get("SAP.DE")!;
        waits.push((Date.parse(next_at!) - Date.parse(tried_at)) / minute);
      }
      assert.deepEqual(waits.slice(0, 4), [10, 20, 40, 80]);
      assert.equal(waits.at(-1), 24 * 60);
      assert.deepEqual(await due(slotOf(1)), ["A"]);
      assert.deepEqual(await scans.due("quotes", "yahoo", slotOf(1), [], 9), [
        "A",
        "SAP.DE",
      ], "another market is asked anew");
      await age("1 day");
      assert.deepEqual(await due(slotOf(1)), ["A", "SAP.DE"]);
      await scanned("SAP.DE", null);
      const { failures, next_at } = (await scans.of("quotes", ["SAP.DE"]))
        .get("SAP.DE")!;
      assert.deepEqual([failures, next_at], [0, null]);
    });
  }
});

Deno.test("what may pass is tried again soon, by one host", async () => {
  await withScans(["A", "B"], async ({ due, scanned, scans, age }) => {
    const slot = slotOf(-1);
    await scanned("A", slot, "unavailable");
    await scanned("B", slot);
    assert.deepEqual(await due(slot), ["A"]);
    assert.deepEqual(await due(slot, ["A"]), [], "not twice in one scan");
    const claims = await Promise.all(
      [1, 2, 3].map(() => scans.claimFailed("quotes", 10)),
    );
    assert.deepEqual(claims.flat(), ["A"]);
    for (let i = 0; i < 20; i++) await scanned("A", slot, "unavailable");
    await age("5 minutes");
    assert.deepEqual(await scans.claimFailed("quotes", 10), ["A"]);
  });
});

Deno.test("only if nothing at all can be scanned, that is an outage", async () => {
  await withScans(["A", "B"], async ({ scanned, scans }) => {
    assert.equal(await scans.outage("quotes"), null);
    await scanned("A", slotOf(0), "unavailable");
    assert.equal(await scans.outage("quotes"), null, "B was not tried");
    await scanned("B", slotOf(0), "failed");
    assert.match((await scans.outage("quotes"))!, /^B: failed/);
    await scanned("B", slotOf(0), "refused");
    assert.equal(await scans.outage("quotes"), null);
    await scanned("A", slotOf(0));
    assert.deepEqual([...await scans.wellWith(1)], ["A"]);
    assert.equal((await scans.wellWith(2)).size, 0);
  });
});

Deno.test("what failed keeps its reason, and when it last succeeded", async () => {
  await withScans(["A", "B"], async ({ scanned, scans }) => {
    await scanned("A", slotOf(-2));
    const before = (await scans.of("quotes")).get("A")!;
    await scanned("A", slotOf(0), "unavailable");
    const now = (await scans.of("quotes", ["A", "B"])).get("A")!;
    assert.equal(now.scanned_at, before.scanned_at);
    assert.ok(now.tried_at > before.tried_at);
    assert.deepEqual(
      [now.outcome, now.error, now.failures, now.calls, now.waited_ms],
      ["unavailable", "A: unavailable\uFFFD", 1, 3, 60],
    );
    const [failing] = await scans.failing();
    assert.deepEqual(failing, {
      actor: "quotes",
      symbol: "A",
      outcome: "unavailable",
      error: "A: unavailable\uFFFD",
    });
    const [summary] = await scans.summaries();
    assert.equal(summary!.last_scanned!.toISOString(), before.scanned_at);
  });
});

Deno.test("what the market was asked is kept beside the outcome, whatever it said; what was scanned before has none of it", async () => {
  await withScans(["A"], async ({ scanned, scans, sql }) => {
    await scanned("A", slotOf(0));
    const { scan_id, market_calls } = (await scans.of("quotes")).get("A")!;
    const [first, second] = call.tries;
    const error = "answered 503 \ufffd\ufffd";
    const kept = [{ ...call, tries: [{ ...first, error }, second] }];
    assert.deepEqual(market_calls, kept);
    const one = async () => (await scans.one("quotes", "A", scan_id))!;
    assert.deepEqual((await one()).market_calls, kept);
    await sql`update symbol_scans set market_calls = null`;
    await sql`update scan_history set market_calls = null`;
    assert.equal((await scans.of("quotes")).get("A")!.market_calls, null);
    assert.equal((await one()).market_calls, null);
    await scanned("A", slotOf(0));
    assert.deepEqual(
      (await scans.of("quotes")).get("A")!.market_calls,
      kept,
    );
  });
});

Deno.test("symbols that nobody came to are overdue; new, failed and young ones are not", async () => {
  await withScans(["OLD", "NEVER", "NO", "YOUNG"], async (scene) => {
    const { scanned, scans, age, sql } = scene;
    await sql`update watchlist set added_at = now() - interval '1 hour'`;
    await scanned("OLD", slotOf(0));
    await age("30 minutes");
    await scanned("YOUNG", slotOf(0));
    for (let i = 0; i < 5; i++) await scanned("NO", slotOf(0), "refused");
    await createWatchlist(sql).add("NEW");
    const since = new Map([["quotes", slotOf(-10)], ["news", slotOf(-90)]]);
    assert.deepEqual([...await scans.countOverdue(since)], [["quotes", 2]]);
    assert.deepEqual(await scans.countOverdue(new Map()), new Map());
  });
});

Deno.test("every try is remembered for a while, then forgotten in small batches", async () => {
  await withScans(["A", "GONE"], async ({ scanned, scans, sql }) => {
    for (const symbol of ["A", "A", "A", "GONE"]) {
      await scanned(symbol, slotOf(0));
    }
    await createWatchlist(sql).remove("GONE");
    await sql`update scan_history set tried_at = tried_at - interval '3 hours' where symbol = 'A'`;
    assert.equal(await scans.prune(2, 2), true, "there is more");
    assert.equal(await scans.prune(2, 2), false);
    const rows = await sql`select symbol from scan_history`;
    assert.deepEqual(rows.map(({ symbol }) => symbol), ["GONE"]);
    assert.deepEqual([...(await scans.of("quotes")).keys()], ["A"]);
  });
});
