import assert from "node:assert/strict";
import type { GroupStatus } from "../broker/broker.ts";
import type { ForeignGroup } from "../engine/status.ts";
import { actorStatus } from "../tests/support/actors.ts";
import type { Health } from "./health.ts";
import { createCallCounts } from "./call_counts.ts";
import { createMetrics } from "./metrics.ts";
import { statusesOf } from "./status.ts";

const removed_by = "redis-cli XGROUP DESTROY signalbox:stream:quotes quotes";
const foreign: ForeignGroup = {
  group: "quotes",
  lag: 70_000,
  pending: 3,
  oldest_ms: 90_000,
  removed_by,
};

Deno.test("a group of another program is told apart from the actor's own, even under its name", async () => {
  const groups: GroupStatus[] = [
    { ...foreign, consumers: 0 },
    {
      group: "quotes",
      lag: 2,
      pending: 1,
      consumers: 1,
      oldest_ms: 5,
      removed_by: null,
    },
  ];
  const { name, title, schedule } = actorStatus("quotes");
  const description = { name, title, schedule: schedule.cron, net: [] };
  const sources = {
    catalog: {
      actors: new Map([[name, description]]),
      observers: new Map(),
    },
    config: {
      market: { provider: "demo", providers: [] },
      callsPerMinute: 60,
      weights: {},
    },
    stores: {
      deadLetters: { countByActor: () => Promise.resolve(new Map()) },
      watchlist: { list: () => Promise.resolve([]) },
      callCounts: createCallCounts(),
      scans: {
        summaries: () => Promise.resolve([]),
        failing: () => Promise.resolve([]),
        countOverdue: () => Promise.resolve(new Map()),
      },
    },
    running: () => ({
      broker: {
        groups: () => Promise.resolve(groups),
        depth: () => Promise.resolve(70_002),
      },
      supervisor: {
        statusOf: () => [],
        isPaused: () => false,
        replayOf() {},
      },
      schedules: new Map(),
      trimmer: { trimmed: () => 0 },
      rights: { sharedBecause: () => null },
    }),
  } as unknown as Parameters<typeof statusesOf>[0];
  const [status] = await statusesOf(sources);
  assert.deepEqual([status!.lag, status!.pending], [2, 1]);
  assert.deepEqual(status!.foreign_groups, [foreign]);
});

Deno.test("metrics have a foreign group under its actor and its name, and forget it when it is gone", async () => {
  let foreign_groups = [foreign];
  const metrics = createMetrics({
    status: () => Promise.resolve([actorStatus("quotes", { foreign_groups })]),
    health: () => Promise.resolve({ ready: true } as Health),
    quota: () => Promise.resolve(null),
    market: "finnhub",
    calls: createCallCounts(),
  });
  const text = await metrics();
  const labels = '{actor="quotes",group="quotes"}';
  for (const [name, value] of [["lag", 70_000], ["pending", 3]]) {
    assert.ok(
      text.includes(`signalbox_foreign_group_${name}${labels} ${value}\n`),
      text,
    );
  }
  foreign_groups = [];
  assert.ok(!(await metrics()).includes('group="quotes"'));
});

Deno.test("calls to the market are counted from 0, and what is left of the quota is told", async () => {
  const calls = createCallCounts();
  const metrics = createMetrics({
    status: () => Promise.resolve([]),
    health: () => Promise.resolve({ ready: true } as Health),
    quota: () =>
      Promise.resolve({
        provider: "finnhub",
        limit: 60,
        remaining: 41,
        paused_ms: 0,
      }),
    market: "finnhub",
    calls,
  });
  const count = async (outcome: string) => {
    const name = "signalbox_market_calls_total";
    const labels = `{provider="finnhub",outcome="${outcome}"}`;
    const line = (await metrics()).split("\n")
      .find((line) => line.startsWith(name + labels));
    return Number(line?.split(" ")[1]);
  };
  assert.equal(await count("limited"), 0);
  calls.add({ ok: 2, limited: 1 }, "quotes");
  calls.add({ ok: 1 }, null);
  assert.deepEqual([await count("ok"), await count("limited")], [3, 1]);
  assert.equal(calls.of("quotes"), 3);
  assert.match(
    await metrics(),
    /signalbox_quota_remaining{provider="finnhub"} 41\n/,
  );
});
