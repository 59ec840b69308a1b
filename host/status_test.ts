import assert from "node:assert/strict";
import type { GroupStatus } from "../broker/broker.ts";
import type { ForeignGroup } from "../engine/status.ts";
import { actorStatus } from "../tests/support/actors.ts";
import { createHostMeasures } from "./measures.ts";
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
  const since = "2026-01-31T14:30:00.000Z";
  const sources = {
    recorded: { handled: () => 7, laggingSince: () => new Date(since) },
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
      measures: createHostMeasures(),
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
        measuresOf: () => [],
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
  assert.deepEqual([status!.lagging_since, status!.handled], [since, 7]);
  assert.deepEqual(status!.foreign_groups, [foreign]);
});
