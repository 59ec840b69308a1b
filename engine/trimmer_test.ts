import assert from "node:assert/strict";
import type { TrimLimits } from "../broker/broker.ts";
import { sleep } from "../wait.ts";
import { startTrimmer } from "./trimmer.ts";

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

Deno.test("a foreign group that trimming passes over is told once, until it has caught up", async () => {
  let lag = 100;
  let passes = 0;
  const incidents: string[][] = [];
  const trimmer = startTrimmer({
    broker: {
      trim(_topic: string, { onPassedOver }: TrimLimits) {
        if (lag >= 100) onPassedOver?.("other");
        passes++;
        return Promise.resolve(2);
      },
      groups: () =>
        Promise.resolve([{
          group: "other",
          lag,
          pending: 0,
          consumers: 0,
          oldest_ms: null,
          removed_by: "a command",
        }]),
    },
    topics: ["quotes"],
    limits: { maxLength: 10, maxAgeMs: 1000, foreignLimit: 100 },
    everyMs: 1,
    onIncident: (...told) => void incidents.push(told),
    log,
  });
  const turns = async (count: number) => {
    for (const until = passes + count; passes < until;) await sleep(1);
  };
  try {
    await turns(3);
    lag = 99; // it reads on, but lags along the limit
    await turns(2);
    lag = 100;
    await turns(3);
    assert.equal(incidents.length, 1);
    const [topic, kind, detail] = incidents[0]!;
    assert.deepEqual([topic, kind], ["quotes", "foreign-group-passed"]);
    assert.match(detail!, /"other".* more than 100 behind/);
    lag = 50;
    await turns(2);
    lag = 100;
    await turns(3);
    assert.equal(incidents.length, 2);
    assert.ok(trimmer.trimmed("quotes") >= 2 * 13);
  } finally {
    await trimmer.stop();
  }
});
