import assert from "node:assert/strict";
import { Histogram } from "../engine/histogram.ts";
import { MarketCalls, Measures } from "../engine/measures.ts";
import type { ActorStatus, SymbolScan } from "../engine/status.ts";
import { actorStatus } from "../tests/support/actors.ts";
import type { Measured } from "./actor_metrics.ts";
import { expose } from "./exposition.ts";
import type { Health } from "./health.ts";
import { createHostMeasures } from "./measures.ts";
import { metricsOf, type Sources } from "./metrics.ts";

function measured(status: ActorStatus, changes: Partial<Measured> = {}) {
  const scans = createHostMeasures().scansOf(status.name);
  const measures = Object.assign(new Measures(), { scans });
  return { status, measures, replicas: [], ...changes };
}

async function samples(
  sources: Partial<Sources>,
): Promise<Map<string, number>> {
  const text = await metricsOf({
    actors: () => Promise.resolve([]),
    health: () => Promise.resolve({ state: "ready" } as Health),
    quota: () => Promise.resolve(null),
    marketCalls: () => new MarketCalls(),
    providers: [],
    version: "1.2.3",
    ...sources,
  });
  const lines = text.split("\n").filter((line) => line && line[0] !== "#");
  return new Map(lines.map((line): [string, number] => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("metrics have a foreign group under its actor and its name", async () => {
  const foreign_groups = [{
    group: "quotes",
    lag: 70_000,
    pending: 3,
    oldest_ms: 90_000,
    removed_by: "redis-cli XGROUP DESTROY signalbox:stream:quotes quotes",
  }];
  const status = actorStatus("quotes", { foreign_groups });
  const told = await samples({
    actors: () => Promise.resolve([measured(status)]),
  });
  const labels = '{actor="quotes",group="quotes"}';
  assert.equal(told.get(`signalbox_foreign_group_lag${labels}`), 70_000);
  assert.equal(told.get(`signalbox_foreign_group_pending${labels}`), 3);
});

Deno.test("everything of an actor is counted from 0, before anything has happened", async () => {
  const actors = [measured(actorStatus("quotes"))];
  const told = await samples({ actors: () => Promise.resolve(actors) });
  const zero = [
    "signalbox_events_published_total",
    "signalbox_events_handled_total",
    "signalbox_events_failed_total",
    "signalbox_events_retried_total",
    "signalbox_stream_trimmed_total",
    "signalbox_oldest_pending_age_seconds",
    "signalbox_scan_duration_seconds_count",
    "signalbox_handle_duration_seconds_count",
    "signalbox_publish_to_stored_seconds_count",
  ];
  for (const name of zero) {
    assert.equal(told.get(`${name}{actor="quotes"}`), 0, name);
  }
  const failed = 'signalbox_scans_total{actor="quotes",outcome="failed"}';
  assert.equal(told.get(failed), 0);
});

Deno.test("an event whose age cannot be told has none, rather than 0", async () => {
  const status = actorStatus("quotes", { lag: 7, oldest_ms: null });
  const actors = () => Promise.resolve([measured(status)]);
  const name = 'signalbox_oldest_pending_age_seconds{actor="quotes"}';
  assert.ok(!(await samples({ actors })).has(name));
});

Deno.test("calls to the market are counted and timed by how they ended, from 0, and what is left of the quota is told", async () => {
  const calls = new MarketCalls();
  const quota = {
    provider: "finnhub",
    limit: 60,
    remaining: 41,
    paused_ms: 0,
  };
  const ask = () =>
    samples({
      marketCalls: () => calls,
      providers: ["finnhub"],
      quota: () => Promise.resolve(quota),
    });
  const total = (outcome: string) =>
    `signalbox_market_calls_total{provider="finnhub",outcome="${outcome}"}`;
  assert.equal((await ask()).get(total("limited")), 0);
  const call = { provider: "finnhub", attempt: 1 } as const;
  calls.note({ ...call, outcome: "limited", seconds: 0.2 });
  calls.note({ ...call, outcome: "ok", seconds: 0.3, attempt: 2 });
  const told = await ask();
  assert.deepEqual([told.get(total("ok")), told.get(total("limited"))], [1, 1]);
  const bucket = (le: string) =>
    told.get(
      "signalbox_market_call_duration_seconds_bucket" +
        `{provider="finnhub",outcome="ok",le="${le}"}`,
    );
  assert.deepEqual(["0.25", "0.5", "+Inf"].map(bucket), [0, 1, 1]);
  const finnhub = '{provider="finnhub"}';
  assert.equal(told.get(`signalbox_market_retries_total${finnhub}`), 1);
  assert.equal(told.get(`signalbox_quota_remaining${finnhub}`), 41);
});

Deno.test("scans are timed and counted by how they ended", async () => {
  const host = createHostMeasures();
  const scan = { duration_ms: 40, published: 3 } as SymbolScan;
  host.scanned("quotes", { ...scan, outcome: "ok" });
  host.scanned("quotes", { ...scan, outcome: "refused", published: 0 });
  const scans = host.scansOf("quotes");
  const measures = Object.assign(new Measures(), { scans });
  const status = actorStatus("quotes");
  const actors = () => Promise.resolve([measured(status, { measures })]);
  const told = await samples({ actors });
  const of = '{actor="quotes"}';
  assert.equal(told.get(`signalbox_events_published_total${of}`), 3);
  assert.equal(told.get(`signalbox_scan_duration_seconds_sum${of}`), 0.08);
  const refused = 'signalbox_scans_total{actor="quotes",outcome="refused"}';
  assert.equal(told.get(refused), 1);
});

Deno.test("labels are escaped, and buckets hold all that took less", () => {
  const value = new Histogram();
  value.observe(0.002);
  value.observe(1_000);
  const labels = { group: 'a"b\\c\nd' };
  const family = {
    name: "x_seconds",
    help: "X.",
    samples: [{ labels, value }],
  };
  const text = expose([{ ...family, type: "histogram" }]);
  const of = 'group="a\\"b\\\\c\\nd"';
  for (
    const line of [
      "# TYPE x_seconds histogram",
      `x_seconds_bucket{${of},le="0.001"} 0`,
      `x_seconds_bucket{${of},le="0.0025"} 1`,
      `x_seconds_bucket{${of},le="300"} 1`,
      `x_seconds_bucket{${of},le="+Inf"} 2`,
      `x_seconds_count{${of}} 2`,
    ]
  ) assert.ok(text.includes(`${line}\n`), `${line} in:\n${text}`);
});
