import assert from "node:assert/strict";
import { scanList } from "./scan_list.ts";
import type { SymbolScan } from "./status.ts";

const ok: SymbolScan = {
  outcome: "ok",
  error: null,
  published: 2,
  calls: {},
  market_calls: [],
  duration_ms: 1,
  waited_ms: 0,
};
const refused: SymbolScan = {
  ...ok,
  outcome: "refused",
  error: "403",
  published: 0,
};

/** A list in memory, and what was recorded of it. */
function listOf(symbols: readonly string[], chunk = 3) {
  const recorded: string[] = [];
  const stop = new AbortController();
  return {
    recorded,
    stop,
    signal: stop.signal,
    next: (failed: readonly string[]) => {
      const done = new Set([...recorded, ...failed]);
      return Promise.resolve(
        symbols.filter((symbol) => !done.has(symbol)).slice(0, chunk),
      );
    },
    record: (symbol: string) => Promise.resolve(void recorded.push(symbol)),
  };
}

const letters = [..."ABCDEFGHIJ"];

Deno.test("a list is scanned to its end, each symbol once, and what fails stops no other", async () => {
  const list = listOf(letters);
  const asked: string[] = [];
  const result = await scanList({
    ...list,
    scan: (symbol) => {
      asked.push(symbol);
      return Promise.resolve(symbol === "C" ? refused : ok);
    },
  });
  assert.deepEqual(asked.toSorted(), letters);
  assert.deepEqual(list.recorded.toSorted(), letters);
  assert.deepEqual(result, {
    published: 18,
    failed: { C: "403" },
    outcomes: { C: "refused" },
    scanned: 10,
  });
});

Deno.test("what ends it leaves what was recorded, and the next goes on from there", async () => {
  const list = listOf(letters);
  let asked = 0;
  const scan = () => {
    if (++asked === 6) return Promise.reject(new Error("the isolate ended"));
    return Promise.resolve(ok);
  };
  await assert.rejects(scanList({ ...list, scan }), /the isolate ended/);
  const before = list.recorded.length;
  assert.ok(before >= 3 && before < 9, `${before}`);
  const { scanned } = await scanList({ ...list, scan });
  assert.equal(scanned, 10 - before);
  assert.deepEqual(list.recorded.toSorted(), letters);
});

Deno.test("when it is stopped nothing more is taken, and what is in hand is waited for", async () => {
  const list = listOf(letters);
  const scan = async () => {
    await Promise.resolve();
    list.stop.abort(new Error("the schedule is stopping"));
    return ok;
  };
  await assert.rejects(scanList({ ...list, scan }), /stopping/);
  assert.ok(list.recorded.length > 0 && list.recorded.length <= 4);
});

Deno.test("what fails the scan as a whole is asked for once", async () => {
  const list = listOf(letters);
  let asked = 0;
  const scan = () => {
    asked++;
    return Promise.reject(new Error("the key is refused"));
  };
  await assert.rejects(scanList({ ...list, scan }), /the key is refused/);
  assert.equal(asked, 1);
});

Deno.test("where symbols share a call, as many as fit into one are asked for at a time", async () => {
  const many = Array.from({ length: 40 }, (_, n) => `S${n}`);
  const list = listOf(many, 100);
  let now = 0, most = 0;
  const scan = async () => {
    most = Math.max(most, ++now);
    await new Promise((done) => setTimeout(done, 1));
    now--;
    return { ...ok, calls: {} };
  };
  await scanList({ ...list, scan, together: 20 });
  assert.equal(most, 20);
  assert.equal(list.recorded.length, 40);
  most = 0;
  const calling = async () => ({ ...await scan(), calls: { ok: 1 } });
  const other = listOf(many, 100);
  await scanList({ ...other, scan: calling, together: 20 });
  assert.equal(most, 4);
});
