import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type { About, Services } from "../../host/services.ts";
import {
  actorStatus,
  catalogOf,
  healthOf,
} from "../../tests/support/actors.ts";
import { commandActor, noticeOf, systemPage } from "./system_page.tsx";

const catalog = {
  ...catalogOf({ quotes: {} }),
  broken: [{ name: "weather", error: "mod.ts <throws>" }],
};
const about: About = {
  version: "1",
  broker: "redis",
  market: "demo",
  accessToken: null,
  eventClients: { all: 8, anAddress: 4 },
};
const at = "2026-01-30T21:00:00.000Z";
const pipeline: Services["pipeline"] = {
  history: () => Promise.resolve(new Map()),
  journal: () => Promise.resolve([]),
  look: () => Promise.resolve(null),
  noteRead: () => Promise.resolve(),
};

Deno.test("the system page tells of every actor, of its isolates and of what could not be loaded", async () => {
  const stretched = "150 symbols need 90 calls a minute of 60";
  const { schedule } = actorStatus("quotes");
  const quotes = actorStatus("quotes", {
    schedule: { ...schedule, quota: stretched },
    dead_letters: 3,
    isolates: [{
      replica: 0,
      consumer: "host-1-quotes-0",
      state: "restarting",
      started_at: null,
      uptime_ms: null,
      restarts: 2,
      last_error: { message: "boom", stack: null, at },
      last_read_age_ms: 3_000,
      heartbeat_age_ms: 1,
      waiting: { reason: "no room", ms: 9_000 },
      in_hand: false,
      handled_age_ms: 3,
      handled: 5,
      dead_lettered: 1,
    }],
  });
  const status: Partial<Services["status"]> = {
    actors: () => Promise.resolve([quotes]),
    health: () =>
      Promise.resolve(
        healthOf({ reasons: ["slow"], warnings: ["weather: mod.ts <throws>"] }),
      ),
    quota: () =>
      Promise.resolve({
        provider: "finnhub",
        limit: 60,
        remaining: 41,
        paused_ms: 0,
      }),
    incidents: () => Promise.resolve([]),
  };
  const services = {
    about,
    catalog,
    pipeline,
    status: status as Services["status"],
  };
  const { panels } = await systemPage(services, null, "1h");
  const [overview, actors, incidents] = [
    renderToString(panels.overview!),
    renderToString(panels.actors!),
    renderToString(panels.incidents!),
  ];
  assert.match(overview, /weather.*mod.ts &lt;throws>/);
  assert.match(
    overview,
    /Not ready.*slow.*weather: mod.ts &lt;throws>.*demo \(simulated\)/,
  );
  assert.match(actors, /host-1-quotes-0.*Restarting.*3 s ago.*no room.*boom/);
  assert.match(actors, /href="\/dead-letters\?actor=quotes">3</);
  assert.match(incidents, /None/);
  assert.match(overview, /41 of 60/);
  assert.match(actors, /150 symbols need 90 calls a minute of 60\./);
});

Deno.test("each chart is said in words, a time without a host is told, and the range is a link", async () => {
  const from = Date.parse("2026-01-30T20:00:00Z");
  const point = (minute: number, events: number, quota_remaining = 60) => ({
    at: new Date(from + minute * 60_000).toISOString(),
    events,
    latency_p50_ms: events ? 8 + events : null,
    latency_p99_ms: events ? 90 * events : null,
    lag: minute === 3 ? 1_200 : 0,
    pending: 0,
    failures: minute === 3 ? 4 : 0,
    dead_letters: minute === 3 ? 1 : 0,
    failed_scans: minute === 3 ? 3 : 0,
    calls: 2,
    quota_remaining,
  });
  const history = new Map([["quotes", {
    actor: "quotes",
    range: "1h" as const,
    from: new Date(from).toISOString(),
    to: new Date(from + 3_600_000).toISOString(),
    step_ms: 60_000,
    points: [point(0, 5), point(1, 0), point(3, 12, 7), point(59, 1)],
  }]]);
  const status: Partial<Services["status"]> = {
    actors: () =>
      Promise.resolve([
        actorStatus("quotes", { lag: 3, lagging_since: at, handled: 1_234 }),
      ]),
    health: () => Promise.resolve(healthOf()),
    quota: () => Promise.resolve(null),
    incidents: () => Promise.resolve([]),
  };
  const services = {
    about,
    catalog,
    pipeline: { ...pipeline, history: () => Promise.resolve(history) },
    status: status as Services["status"],
  };
  const { panels } = await systemPage(services, null, "1h");
  const text = renderToString(panels.actors!);
  const words = text.replaceAll(/<svg.*?<\/svg>|<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
  for (
    const said of [
      /Lag 3 for /,
      /Handled 1,234/,
      /Events stored 18; at most 12 in 1 min, 20:03 UTC/,
      /half within 9 ms to 20 ms \(thin line\); 99% within 1.1 s at worst, 20:03/,
      /lag at most 1,200, 20:03 UTC ; no pending/,
      /Failures 1 dead letter, 3 failed scans; most 20:03/,
      /Market calls 8; at most 2 in 1 min/,
      /Quota left 7 calls at least, 20:03/,
      /no host ran, for 56 min in all/,
    ]
  ) assert.match(words, said);
  assert.match(text, /href="\?range=7d">7 days</);
  assert.match(text, /href="\?range=1h"[^>]* aria-current="true"/);
  assert.match(text, /<svg [^>]*aria-hidden="true"/);
});

Deno.test("what happened since the last look is one list, and PostgreSQL away leaves the page standing", async () => {
  const entry = (kind: string, changes: object) => ({
    ...{ kind, actor: null, host: null, detail: "", at, until: null, count: 1 },
    ...changes,
  });
  const entries = [
    entry("down", { until: "2026-01-30T21:12:00Z", detail: "no host <ran>" }),
    entry("slot-failed", { actor: "quotes", count: 3 }),
    entry("dead-letters", { actor: "quotes", detail: "schema: x", count: 2 }),
    ...Array.from({ length: 9 }, () => entry("paused", { actor: "news" })),
  ];
  const away = () => Promise.reject(new Error("connect ECONNREFUSED"));
  const status: Partial<Services["status"]> = {
    actors: () => Promise.resolve([actorStatus("quotes")]),
    health: () => Promise.resolve(healthOf()),
    quota: () => Promise.resolve(null),
    incidents: away,
  };
  const services = { about, catalog, status: status as Services["status"] };
  const draw = async (pipeline: Services["pipeline"]) => {
    const page = await systemPage({ ...services, pipeline }, null, "1h");
    return Object.values(page.panels).map((panel) => renderToString(panel))
      .join("");
  };
  const told = await draw({
    ...pipeline,
    look: () => Promise.resolve(new Date(at)),
    journal: () => Promise.resolve(entries),
  });
  assert.match(told, /Down<.*?for 12 min.*?no host &lt;ran>/);
  assert.match(told, /Slot failed<.*?href="#actor-quotes".*?3 times/);
  assert.match(told, /href="\/dead-letters\?actor=quotes">schema: x/);
  assert.match(told, /<summary>Earlier: 4 more/);
  assert.match(told, /Incidents.*?cannot be read now/);
  const unread = await draw({ ...pipeline, look: away, history: away });
  assert.match(unread, /What happened cannot be read now/);
  assert.match(unread, /figures over time cannot be read now/);
});

Deno.test("a button is obeyed for an actor that there is, and for what an actor can do", async () => {
  const told: string[] = [];
  const commands: Partial<Services["commands"]> = {
    pause: (actor) => Promise.resolve(void told.push(`pause ${actor}`)),
    scan: () => Promise.resolve({ published: 4, failed: {}, outcomes: {} }),
  };
  const services = {
    catalog,
    pipeline,
    commands: commands as Services["commands"],
  };
  const press = (actor: string, intent: string) => {
    const form = new FormData();
    form.set("actor", actor);
    form.set("intent", intent);
    return commandActor(services, form);
  };
  const paused = await press("quotes", "pause");
  const scanned = await press("quotes", "scan");
  assert.deepEqual(told, ["pause quotes"]);
  const said = [paused, scanned].map((address) =>
    noticeOf(services, new URL(address, "http://localhost").searchParams)?.text
  );
  assert.deepEqual(said, [
    "The quotes is paused.",
    "The quotes: Scanned: 4 events published.",
  ]);
  await assert.rejects(press("nobody", "pause"), /no actor "nobody"/);
  await assert.rejects(press("quotes", "replay"), /"replay" is not something/);
});
