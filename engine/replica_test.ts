import assert from "node:assert/strict";
import { Supervised } from "./replica.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A place whose isolates never leave their start: nobody listens at port 1. */
function place() {
  let started = 0;
  const supervised = new Supervised({
    settings() {
      started++;
      return {
        actor: "quotes",
        module: new URL("../actors/quotes/mod.ts", import.meta.url).href,
        replica: 0,
        consumer: "1.quotes.0",
        paused: false,
        config: {
          databaseUrl: "postgres://127.0.0.1:1/none",
          redisUrl: "redis://127.0.0.1:1",
          brokerUrl: "redis://127.0.0.1:1",
          market: { provider: "demo", baseUrl: "http://127.0.0.1:1" },
          callsPerMinute: 60,
          claimAfterMs: 15_000,
          sweepEveryMs: 5_000,
          logLevel: "error",
          logFormat: "text",
        },
      };
    },
    permissions: { net: true, read: true, env: true },
    hangAfterMs: 10_000,
    handleTimeoutMs: 60_000,
    onCrash() {},
    log: quiet,
  });
  return { supervised, started: () => started };
}

Deno.test("restarts that are asked for at the same time start one isolate", async () => {
  const { supervised, started } = place();
  supervised.start();
  await Promise.all([supervised.restart(0), supervised.restart(0)]);
  assert.equal(started(), 2);
  assert.equal(supervised.state, "starting");
  await supervised.stop(0);
});

Deno.test("a stop that comes while a restart drains is the last word", async () => {
  const { supervised, started } = place();
  supervised.start();
  await Promise.all([supervised.restart(0), supervised.stop(0)]);
  assert.equal(supervised.state, "stopped");
  assert.equal(started(), 1);
});
