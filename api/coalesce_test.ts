import assert from "node:assert/strict";
import { coalesce } from "./coalesce.ts";
import { sleep } from "../wait.ts";

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
