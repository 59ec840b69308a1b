import assert from "node:assert/strict";
import { inTime } from "./deadline.ts";
import { ProblemError } from "./problem.ts";

const never = new Promise<never>(() => {});
const reasons = ["Redis cannot be reached: no answer within 2000 ms"];
const services = {
  health: () => Promise.resolve({ ready: false, reasons, durability: null }),
};

Deno.test("an answer in time is passed on, and so is an error", async () => {
  assert.equal(await inTime(services, Promise.resolve(1), 50), 1);
  const failing = Promise.reject(new Error("no"));
  await assert.rejects(inTime(services, failing, 50), /^Error: no$/);
});

Deno.test("a server that never answers ends in a problem that names it", async () => {
  await assert.rejects(inTime(services, never, 20), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.kind, "unavailable");
    assert.match(error.message, /within 0.02 s: Redis cannot be reached/);
    return true;
  });
});
