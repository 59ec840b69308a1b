import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type { Services, Streams } from "../host/services.ts";
import { actorStatus } from "../tests/support/actors.ts";
import { startReplay, streamPage } from "./stream_page.tsx";

const group = {
  group: "signalbox:quotes",
  lag: null as number | null,
  pending: 1,
  oldest_ms: null,
  consumers: 1,
  removed_by: null as string | null,
};

function streamsWith(pendingEntries: boolean, groups = [group]): Streams {
  return {
    name: "redis",
    features: { durable: true, pendingEntries, trims: true, timeWindows: true },
    depth: () => Promise.resolve(1),
    groups: () => Promise.resolve(groups),
    pending: (_, of) =>
      Promise.resolve([
        { position: "1-0", consumer: `of ${of}`, idle_ms: 1, deliveries: 1 },
      ].filter(() => groups.length > 1)),
    read: () =>
      Promise.resolve([{
        position: "1-0",
        storedAt: 0,
        key: "AAPL",
        attributes: {},
        data: "<data>",
      }]),
  };
}

const status = {
  actors: () => Promise.resolve([actorStatus("quotes")]),
} as Partial<Services["status"]> as Services["status"];

async function drawn(streams: Streams): Promise<Record<string, string>> {
  const { panels } = await streamPage(
    { streams, status },
    "quotes",
    new URLSearchParams(),
    null,
  );
  const entries = Object.entries(panels);
  return Object.fromEntries(entries.map(([n, p]) => [n, renderToString(p)]));
}

Deno.test("the page of a stream shows its groups, its events and no replay yet", async () => {
  const panels = await drawn(streamsWith(true));
  assert.match(panels.groups!, /1 event in the stream.*signalbox:quotes/);
  assert.match(panels.events!, /1-0.*AAPL.*&lt;data>/);
  assert.match(panels.pending!, /Nothing is pending/);
  assert.match(panels.replay!, /No replay has run/);
});

Deno.test("a group of another program is named, with the command that removes it", async () => {
  const removed_by = "redis-cli XGROUP DESTROY signalbox:stream:quotes other";
  const other = { ...group, group: "other", lag: 70_000, removed_by };
  const own = { ...group, group: "quotes" };
  const panels = await drawn(streamsWith(true, [other, own]));
  assert.match(panels.groups!, /other<.*70,000.*other<.*another program/);
  assert.ok(panels.groups!.includes(`<code>${removed_by}</code>`));
  assert.equal(panels.groups!.match(/another program/g)?.length, 1);
  assert.match(panels.pending!, /of quotes/);
  assert.doesNotMatch(panels.pending!, /of other/, "only ours can be listed");
});

Deno.test("a broker that lists no single pending events has no table of them", async () => {
  assert.equal("pending" in await drawn(streamsWith(false)), false);
});

Deno.test("a replay's window is in UTC, and what is no time is refused", async () => {
  const windows: unknown[] = [];
  const commands = {
    replay(_actor: string, window: unknown) {
      windows.push(window);
      return Promise.resolve({} as never);
    },
  } as Partial<Services["commands"]> as Services["commands"];
  const start = (from: string) => {
    const form = new FormData();
    form.set("from", from);
    form.set("to", "");
    return startReplay({ commands }, "quotes", form);
  };
  assert.equal(await start("2026-01-31T14:30"), "/streams/quotes?did=replay");
  assert.deepEqual(windows, [{ from: new Date("2026-01-31T14:30:00Z") }]);
  await assert.rejects(start("soon"), /"soon" is not a time/);
});
