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
  const services = { about, catalog, status: status as Services["status"] };
  const { panels } = await systemPage(services, null);
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

Deno.test("a button is obeyed for an actor that there is, and for what an actor can do", async () => {
  const told: string[] = [];
  const commands: Partial<Services["commands"]> = {
    pause: (actor) => Promise.resolve(void told.push(`pause ${actor}`)),
    scan: () => Promise.resolve({ published: 4, failed: {}, outcomes: {} }),
  };
  const services = { catalog, commands: commands as Services["commands"] };
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
