import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { Replica } from "./replica.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A replica whose isolates never leave their start: nobody listens at port 1. */
function replica() {
  let started = 0;
  const replica = new Replica({
    entry: new URL("../host/worker.ts", import.meta.url),
    settings() {
      started++;
      return {
        name: "quotes",
        module: new URL("../actors/quotes/mod.ts", import.meta.url).href,
        log: { level: "error", format: "text", name: "quotes/0" },
        replica: 0,
        consumer: "1.quotes.0",
        paused: false,
        servers: {
          databaseUrl: "postgres://127.0.0.1:1/none",
          redisUrl: "redis://127.0.0.1:1",
          brokerUrl: "redis://127.0.0.1:1",
          market: {
            provider: "demo",
            providers: [{ provider: "demo", baseUrl: "", callsPerMinute: 60 }],
          },
          claimAfterMs: 15_000,
          sweepEveryMs: 5_000,
        },
      };
    },
    permissions: { net: true, read: true, env: true },
    hangAfterMs: 10_000,
    handleTimeoutMs: 60_000,
    onCrash() {},
    log: quiet,
  });
  return { replica, started: () => started };
}

Deno.test("restarts that are asked for at the same time start one isolate", async () => {
  const { replica: one, started } = replica();
  one.start();
  await Promise.all([one.restart(0), one.restart(0)]);
  assert.equal(started(), 2);
  assert.equal(one.state, "starting");
  await one.stop(0);
});

Deno.test("a stop that comes while a restart drains is the last word", async () => {
  const { replica: one, started } = replica();
  one.start();
  await Promise.all([one.restart(0), one.stop(0)]);
  assert.equal(one.state, "stopped");
  assert.equal(started(), 1);
});

Deno.test("how long nothing was handled is counted over its isolates, from when it was told to begin", async () => {
  const { replica: one } = replica();
  one.start();
  await sleep(300);
  const age = () => one.status().handled_age_ms;
  assert.ok(age() >= 290, `${age()} ms`);
  one.setPaused(false);
  assert.ok(age() < 290, `${age()} ms after it was resumed`);
  await sleep(300);
  await one.restart(0);
  assert.ok(age() < 290, `${age()} ms after a restart`);
  await one.stop(0);
});
