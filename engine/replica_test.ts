import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { bounds } from "./histogram.ts";
import { Replica } from "./replica.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const worker = new URL("../host/worker.ts", import.meta.url);

/** A replica whose isolates, unless told, never leave their start: nobody listens at port 1. */
function replica(entry = worker) {
  let started = 0;
  const replica = new Replica({
    entry,
    settings() {
      started++;
      return {
        name: "quotes",
        module: new URL("../actors/quotes/mod.ts", import.meta.url).href,
        log: {
          level: "error",
          format: "text",
          exported: "ignore",
          name: "quotes/0",
        },
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

/** An isolate that handles three events, takes a second for it, says so twice and dies. */
const dying = `self.onmessage = ({ data: { port } }) => {
  const counts = Array.from({ length: ${
  bounds.length + 1
} }, (_, i) => Number(i === 9));
  const none = { counts: counts.map(() => 0), sum: 0 };
  const measured = {
    handle: { counts, sum: 1 }, publish_to_stored: none, retried: 0, market_calls: [],
  };
  const beat = (handled, measured) => port.postMessage({ kind: "beat", beat: {
    handled, dead_lettered: 0, last_read_at: null, stalled_ms: 0, in_hand: false,
    handled_age_ms: null, waiting: null, measured,
  } });
  port.onmessage = () => {
    port.postMessage({ kind: "running" });
    beat(3, measured);
    beat(1);
    port.postMessage({ kind: "crash", message: "boom", stack: null });
  };
};`;

Deno.test("what was measured outlives the isolate, and never goes down, whatever the isolate says", async () => {
  const { replica: one, started } = replica(
    new URL(`data:application/javascript,${encodeURIComponent(dying)}`),
  );
  one.start();
  for (let seen = 0; started() < 3; await sleep(20)) {
    const { handled, handle } = one.measures;
    assert.ok(handled >= seen, `${handled} after ${seen}`);
    assert.equal(handled, 3 * handle.count);
    seen = handled;
  }
  assert.ok(one.measures.handled >= 6);
  assert.equal(one.status().handled, 0, "of the isolate that starts now");
  await one.stop(0);
});
