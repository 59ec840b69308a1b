import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { createTrading, followTrading } from "./trading.ts";

const newYork = { symbol: "AAPL", zone: "America/New_York" };
const tokyo = { symbol: "7203.T", zone: "Asia/Tokyo" };
const bitcoin = { symbol: "BTC-USD", zone: "UTC" };
const unknown = { symbol: "NEW", zone: null };
/** Thanksgiving, in the night before the next session. */
const night = new Date("2026-11-27T03:00:00Z");
const session = new Date("2026-11-25T15:00:00Z");
const minute = 60_000;

Deno.test("symbols of New York, and those of nowhere known, keep its calendar", () => {
  const trading = createTrading();
  assert.equal(trading.allClosed(night), true);
  trading.watch([newYork, unknown]);
  assert.equal(trading.allClosed(night), true);
  assert.equal(trading.allClosed(session), false);
  const bell = "2026-11-27T14:30:00.000Z";
  assert.deepEqual(trading.closed(night), { AAPL: bell, NEW: bell });
  assert.deepEqual(trading.closed(session), {});
  assert.equal(trading.nextOpen(night).toISOString(), bell);
  assert.deepEqual(trading.unsure(night.getTime()), []);
});

Deno.test("one exchange that is open keeps the scans going, and says nothing of the others", () => {
  const trading = createTrading();
  const now = night.getTime();
  trading.watch([newYork, tokyo, bitcoin]);
  assert.deepEqual(trading.unsure(now), ["7203.T", "BTC-USD"]);
  trading.tell("7203.T", false, now);
  trading.tell("BTC-USD", true, now);
  assert.equal(trading.allClosed(night), false);
  assert.deepEqual(Object.keys(trading.closed(night)), ["AAPL", "7203.T"]);
  assert.equal(trading.closed(night)["7203.T"], null);
  assert.deepEqual(trading.unsure(now + minute), []);
  assert.deepEqual(trading.unsure(now + 2 * minute), ["7203.T", "BTC-USD"]);
});

Deno.test("the scans rest when the last exchange has closed, five minutes later", () => {
  const trading = createTrading();
  const at = (minutes: number) => new Date(night.getTime() + minutes * minute);
  trading.watch([newYork, tokyo]);
  trading.tell("7203.T", true, at(0).getTime());
  trading.tell("7203.T", false, at(2).getTime());
  assert.deepEqual(Object.keys(trading.closed(at(2))), ["AAPL", "7203.T"]);
  assert.equal(trading.allClosed(at(4)), false);
  assert.equal(trading.allClosed(at(6)), true);
  assert.ok(trading.nextOpen(at(6)) <= at(8), "it is looked at again soon");
});

Deno.test("what was told long ago, or not at all, is no reason to rest", () => {
  const trading = createTrading();
  const later = new Date(night.getTime() + 16 * minute);
  trading.watch([tokyo]);
  assert.equal(trading.allClosed(night), false);
  trading.tell("7203.T", false, night.getTime());
  assert.equal(trading.allClosed(night), true);
  assert.equal(trading.allClosed(later), false);
  trading.tell("7203.T", null, later.getTime());
  assert.equal(trading.allClosed(later), false);
  assert.deepEqual(trading.closed(later), {});
});

Deno.test("the market is asked about other exchanges alone, as many as share a call at a time", async () => {
  const trading = createTrading();
  const stop = new AbortController();
  const entry = { added_at: "", name: null, currency: null, exchange: null };
  const rest = { ...entry, place: 0, confirmed: true, unknown_since: null };
  let asking = 0, most = 0;
  const asked: string[] = [];
  const done = followTrading(trading, {
    watchlist: {
      list: () =>
        Promise.resolve(
          [newYork, tokyo, bitcoin].map((one) => ({ ...rest, ...one })),
        ),
    },
    market: {
      async profile(symbol) {
        most = Math.max(most, ++asking);
        asked.push(symbol);
        await sleep(1);
        asking--;
        return { ...entry, zone: null, open: symbol === "BTC-USD" };
      },
    },
    together: 50,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    signal: stop.signal,
  });
  while (trading.unsure(Date.now()).length || !asked.length) await sleep(1);
  stop.abort(new Error("enough"));
  await done;
  assert.deepEqual([asked, most], [["7203.T", "BTC-USD"], 2]);
  assert.equal("7203.T" in trading.closed(new Date()), true);
});
