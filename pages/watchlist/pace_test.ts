import assert from "node:assert/strict";
import { eachInTurn, frameQueue } from "./pace.ts";

/** In place of the browser's: frames that are asked for, and a clock that each look at it moves by 1 ms. */
function atATime() {
  const frames: (() => void)[] = [];
  const { now } = performance;
  let ms = 0;
  performance.now = () => ms++;
  Object.assign(globalThis, {
    requestAnimationFrame: (run: () => void) => frames.push(run),
  });
  return {
    /** Runs what is asked for; false if nothing is. */
    frame: (): boolean => {
      const run = frames.shift();
      run?.();
      return run !== undefined;
    },
    [Symbol.dispose]() {
      performance.now = now;
      Reflect.deleteProperty(globalThis, "requestAnimationFrame");
    },
  };
}

Deno.test("new values are taken a few in a frame, those that are seen first, and of one key the newest", () => {
  using time = atATime();
  const taken: number[] = [];
  const after: boolean[] = [];
  const push = frameQueue<number>({
    isSeen: (one) => one >= 15 && one < 100,
    take: (one) => taken.push(one),
    onFrame: (more) => after.push(more),
  });
  for (let n = 0; n < 20; n++) push(`key ${n}`, n);
  push("key 3", 103);
  assert.ok(time.frame());
  assert.deepEqual(taken.slice(0, 5), [15, 16, 17, 18, 19]);
  assert.ok(taken.length < 10, `${taken.length} in one frame`);
  while (time.frame());
  assert.equal(taken.length, 20);
  assert.ok(!taken.includes(3));
  assert.deepEqual([after.at(-2), after.at(-1)], [true, false]);
  push("key 1", 1);
  assert.ok(time.frame());
  assert.equal(taken.length, 21);
});

Deno.test("a long list is gone through with turns for others between", async () => {
  using _ = atATime();
  const seen: number[] = [];
  const done = eachInTurn(Array(50).keys(), (n) => seen.push(n));
  assert.ok(seen.length < 10, `${seen.length} in one turn`);
  await done;
  assert.equal(seen.length, 50);
});
