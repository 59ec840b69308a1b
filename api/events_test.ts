import assert from "node:assert/strict";
import { actorStatus } from "../tests/support/actors.ts";
import type { ActorStatus } from "../engine/status.ts";
import { signalStatus } from "../pages/watchlist/rows.ts";
import { sleep } from "../wait.ts";
import { coalesce, follow, gather } from "./events.ts";

Deno.test("the first value goes out at once, then the newest after the pause", async () => {
  const sent: number[] = [];
  const { push, stop } = coalesce<number>(50, (value) => sent.push(value));
  for (const value of [1, 2, 3]) push("a", value);
  assert.deepEqual(sent, [1]);
  await sleep(80);
  assert.deepEqual(sent, [1, 3]);
  push("a", 4);
  assert.deepEqual(sent, [1, 3], "it rests after the second one as well");
  await sleep(80);
  assert.deepEqual(sent, [1, 3, 4]);
  stop();
});

Deno.test("keys do not wait for each other", () => {
  const sent: string[] = [];
  const { push, stop } = coalesce<string>(50, (value) => sent.push(value));
  push("a", "a1");
  push("b", "b1");
  assert.deepEqual(sent, ["a1", "b1"]);
  stop();
});

Deno.test("after a rest nothing is remembered, and after stop nothing is sent", async () => {
  const sent: number[] = [];
  const { push, stop } = coalesce<number>(20, (value) => sent.push(value));
  push("a", 1);
  await sleep(40);
  push("a", 2);
  assert.deepEqual(sent, [1, 2]);
  push("a", 3);
  stop();
  await sleep(40);
  assert.deepEqual(sent, [1, 2]);
});

Deno.test("what comes while the last is under way goes out together, and no key waits for another", async () => {
  const sent: string[] = [];
  const slow = Promise.withResolvers<void>();
  const { push } = gather<number>(async (key, values) => {
    sent.push(`${key} ${values}`);
    if (key === "slow") await slow.promise;
  });
  push("slow", 1);
  await sleep(40);
  push("slow", 2);
  push("slow", 3);
  push("quick", 4);
  await sleep(40);
  assert.deepEqual(sent, ["slow 1", "quick 4"]);
  slow.resolve();
  await sleep(5);
  assert.deepEqual(sent, ["slow 1", "quick 4", "slow 2,3"]);
});

const statusOf = (state: ActorStatus["state"]) =>
  signalStatus(actorStatus("quotes", { state, lag: Math.random() }));

Deno.test("only what changed for a reader is told, and an error is outlived", async () => {
  const told: string[] = [];
  const errors: unknown[] = [];
  let now = () => statusOf("running");
  const actors = () => Promise.try(() => [now()]);
  const decoder = new TextDecoder();
  const follower = follow(
    "status",
    actors,
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
  now = () => statusOf("failed");
  await sleep(30);
  assert.equal(told.length, 2);
  assert.match(told[1]!, /^event: status\ndata: \[\{.*"state":"failed"/);
  assert.equal(decoder.decode(follower.message), told[1]);
  follower.stop();
  now = () => statusOf("running");
  await sleep(30);
  assert.equal(told.length, 2);
});
