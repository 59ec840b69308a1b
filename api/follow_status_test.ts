import assert from "node:assert/strict";
import type { ActorStatus } from "../engine/status.ts";
import { followStatus } from "./follow_status.ts";
import { sleep } from "../wait.ts";

function statusOf(state: ActorStatus["state"], lag: number): ActorStatus {
  return {
    name: "quotes",
    title: "Price quotes",
    state,
    paused: false,
    schedule: {
      cron: "* * * * *",
      market_hours: false,
      next: null,
      last_completed: null,
      waiting: null,
      last_error: null,
    },
    lag,
    pending: 0,
    depth: 0,
    trimmed: 0,
    dead_letters: 0,
    isolates: [],
    replay: null,
  };
}

Deno.test("only what changed for a reader is told, and an error is outlived", async () => {
  const told: string[] = [];
  const errors: unknown[] = [];
  let now: () => ActorStatus = () => statusOf("running", Math.random());
  const actors = () => Promise.try(() => [now()]);
  const decoder = new TextDecoder();
  const follower = followStatus(
    { actors },
    5,
    (message) => told.push(decoder.decode(message)),
    (error) => errors.push(error),
  );
  await sleep(60);
  assert.equal(told.length, 1, "the lag changes all the time, and is not told");
  now = () => {
    throw new Error("away");
  };
  await sleep(30);
  assert.ok(errors.length > 0);
  now = () => statusOf("failed", 0);
  await sleep(30);
  assert.equal(told.length, 2);
  assert.match(told[1]!, /^event: status\ndata: \[\{.*"state":"failed"/);
  assert.equal(decoder.decode(follower.message), told[1]);
  follower.stop();
  now = () => statusOf("running", 0);
  await sleep(30);
  assert.equal(told.length, 2);
});
