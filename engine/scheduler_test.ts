import assert from "node:assert/strict";
import { parseCron } from "./cron.ts";
import {
  InterruptedError,
  Schedule,
  type ScheduleOptions,
  type SlotLedger,
} from "./scheduler.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const hourly = parseCron("0 * * * *");
const done = { published: 1, failed: {}, outcomes: {}, scanned: 1 };

/** The rules of db/schedules.ts, without leases that run out; the real one is tested there. */
function ledger(lastCompleted: Date | null = null) {
  let claimed: Date | null = lastCompleted;
  let lastError: string | null = null;
  const calls: string[] = [];
  const book: SlotLedger = {
    claim: (slot) => {
      const won = !claimed || slot > claimed;
      calls.push(
        `${won ? "claim" : "lose"} ${slot.toISOString().slice(11, 16)}`,
      );
      if (won) claimed = slot;
      return Promise.resolve(won);
    },
    renew: () => Promise.resolve(true),
    complete: (slot) => {
      calls.push("complete");
      [lastCompleted, lastError] = [slot, null];
      return Promise.resolve();
    },
    fail: (_slot, error) => {
      calls.push(`fail: ${error}`);
      [claimed, lastError] = [null, error];
      return Promise.resolve();
    },
    status: () => Promise.resolve({ lastCompleted, lastError }),
  };
  return { book, calls };
}

let serial = 0;

async function schedule(options: Partial<ScheduleOptions>) {
  const started = new Schedule({
    actor: `test ${++serial}`,
    slots: hourly,
    marketHours: false,
    ledger: ledger().book,
    scan: () => Promise.resolve(done),
    obstacle: () => Promise.resolve(null),
    marketClosed: () => false,
    nextOpen: (now) => now,
    log: quiet,
    now: () => new Date("2026-03-06T10:20:00Z"),
    retry: { baseMs: 1, maxMs: 4 },
    ...options,
  });
  await started.tick();
  return {
    tick: () => started.tick(),
    status: () => started.status(),
    stop: () => started.stop(),
  };
}

Deno.test("a first start scans at once, for the slot that was due last", async () => {
  const { book, calls } = ledger();
  const { stop, status } = await schedule({ ledger: book });
  assert.deepEqual(calls, ["claim 10:00", "complete"]);
  assert.equal(status().last_completed, "2026-03-06T10:00:00.000Z");
  assert.equal(status().next, "2026-03-06T11:00:00.000Z");
  await stop();
});

Deno.test("after a downtime the missed slots are caught up once, not one by one", async () => {
  const { book, calls } = ledger(new Date("2026-03-01T05:00:00Z"));
  let scans = 0;
  const { stop, tick } = await schedule({
    ledger: book,
    scan: (slot) => Promise.resolve((scans += Number(slot !== null), done)),
  });
  await tick();
  assert.deepEqual([scans, calls], [1, ["claim 10:00", "complete"]]);
  await stop();
});

Deno.test("a slot completed by a clock that ran far ahead does not stop the schedule until its time", async () => {
  const shared = ledger(new Date("2026-04-01T00:00:00Z"));
  const claimed: string[] = [];
  const { stop } = await schedule({
    ledger: {
      ...shared.book,
      claim: (
        slot,
      ) => (claimed.push(slot.toISOString()), Promise.resolve(true)),
    },
  });
  assert.deepEqual(claimed, ["2026-03-06T10:00:00.000Z"]);
  await stop();
});

Deno.test("a slot that another host has claimed is not scanned", async () => {
  const shared = ledger();
  let scans = 0;
  const scan = () => Promise.resolve((scans++, done));
  const never = {
    ...shared.book,
    status: () => Promise.resolve({ lastCompleted: null, lastError: null }),
  };
  const hosts = [
    await schedule({ ledger: never, scan }),
    await schedule({ ledger: never, scan }),
  ];
  assert.equal(scans, 1);
  assert.deepEqual(shared.calls, ["claim 10:00", "complete", "lose 10:00"]);
  for (const { stop } of hosts) await stop();
});

Deno.test("a scan that throws is tried again until it succeeds", async () => {
  const { book, calls } = ledger();
  let tries = 0;
  const scan = () =>
    ++tries < 4 ? Promise.reject(new Error("429")) : Promise.resolve(done);
  const { stop, status } = await schedule({ ledger: book, scan });
  assert.deepEqual([tries, calls], [4, ["claim 10:00", "complete"]]);
  assert.equal(status().last_error, null);
  await stop();
});

Deno.test("an interrupted scan gives its slot back, and nothing is told as failed", async () => {
  const { book, calls } = ledger();
  let tries = 0;
  const scan = () =>
    ++tries < 2
      ? Promise.reject(new InterruptedError("paused"))
      : Promise.resolve(done);
  const { stop, status, tick } = await schedule({ ledger: book, scan });
  assert.deepEqual(calls, ["claim 10:00", "fail: null"]);
  assert.equal(status().last_error, null);
  await tick();
  assert.deepEqual(calls.slice(2), ["claim 10:00", "complete"]);
  await stop();
});

Deno.test("a slot that came due during a long scan follows at once", async () => {
  const { book, calls } = ledger();
  let now = new Date("2026-03-06T10:20:00Z");
  const scan = () => {
    if (now.getUTCHours() < 12) now = new Date(now.getTime() + 4_000_000);
    return Promise.resolve(done);
  };
  const { stop } = await schedule({ ledger: book, scan, now: () => now });
  assert.deepEqual(calls, [
    "claim 10:00",
    "complete",
    "claim 11:00",
    "complete",
    "claim 12:00",
    "complete",
  ]);
  await stop();
});

Deno.test("between the slots what failed is tried again", async () => {
  const { book } = ledger();
  const slots: (string | undefined)[] = [];
  const scan = (slot: Date | null) => {
    slots.push(slot?.toISOString().slice(11, 16));
    return Promise.resolve(done);
  };
  const { stop, tick } = await schedule({ ledger: book, scan });
  await tick();
  assert.deepEqual(slots, ["10:00", undefined]);
  await stop();
});

Deno.test("a failure that lasts is told once, and tried ever more rarely beyond its slot", async () => {
  const { book } = ledger();
  let now = Date.parse("2026-03-06T10:20:00Z");
  const told: string[] = [];
  let tries = 0;
  const { stop, tick, status } = await schedule({
    ledger: book,
    slots: parseCron("* * * * *"),
    now: () => new Date(now),
    retry: { baseMs: 120_000, maxMs: 600_000 },
    log: { ...quiet, warn: (text) => told.push(text) },
    scan: () => (tries++, Promise.reject(new Error("the key is refused"))),
  });
  for (let second = 0; second < 3600; second += 15) {
    now += 15_000;
    await tick();
  }
  assert.ok(tries > 5 && tries < 20, `${tries} tries in an hour`);
  assert.deepEqual(told, ["a scan failed"]);
  assert.equal(status().last_error, "the key is refused");
  await stop();
});

Deno.test("a scan that throws until the next slot is due gives its slot back, and says why", async () => {
  const { book, calls } = ledger();
  let now = new Date("2026-03-06T10:20:00Z");
  const scan = () => {
    now = new Date("2026-03-06T11:00:00Z");
    return Promise.reject(new Error("the market is down"));
  };
  const { stop, status } = await schedule({
    ledger: book,
    scan,
    now: () => now,
  });
  assert.deepEqual(calls, ["claim 10:00", "fail: the market is down"]);
  assert.equal(status().last_error, "the market is down");
  await stop();
});

Deno.test("it rests while the market is closed, but for the very first scan", async () => {
  const first = ledger();
  const options = {
    marketHours: true,
    marketClosed: () => true,
    nextOpen: () => new Date("2026-03-09T14:00:00Z"),
  };
  const fresh = await schedule({ ...options, ledger: first.book });
  assert.deepEqual(first.calls, ["claim 10:00", "complete"]);
  const later = ledger(new Date("2026-03-06T09:00:00Z"));
  const resting = await schedule({ ...options, ledger: later.book });
  assert.deepEqual(later.calls, []);
  assert.equal(resting.status().waiting, "the market is closed");
  assert.equal(resting.status().next, "2026-03-09T14:00:00.000Z");
  await Promise.all([fresh.stop(), resting.stop()]);
});

Deno.test("an obstacle makes it wait, and it says so until the obstacle is gone", async () => {
  const { book, calls } = ledger();
  let lag: string | null = "its group is 5 events behind";
  const { stop, status, tick } = await schedule({
    ledger: book,
    obstacle: () => Promise.resolve(lag),
  });
  assert.deepEqual([calls, status().waiting], [[], lag]);
  lag = null;
  await tick();
  assert.deepEqual([calls, status().waiting], [
    ["claim 10:00", "complete"],
    null,
  ]);
  await stop();
});

Deno.test("stopping does not wait for the next attempt, and gives the slot back", async () => {
  const { book, calls } = ledger();
  const failed = Promise.withResolvers<void>();
  const running = new Schedule({
    actor: `test ${++serial}`,
    slots: hourly,
    marketHours: false,
    ledger: book,
    scan: () => {
      failed.resolve();
      return Promise.reject(new Error("down"));
    },
    obstacle: () => Promise.resolve(null),
    marketClosed: () => false,
    nextOpen: (now) => now,
    log: quiet,
    now: () => new Date("2026-03-06T10:20:00Z"),
    retry: { baseMs: 600_000, maxMs: 600_000 },
  });
  await failed.promise;
  await running.stop();
  assert.deepEqual(calls, ["claim 10:00", "fail: down"]);
});
