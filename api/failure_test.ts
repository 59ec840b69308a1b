import { healthOf } from "../tests/support/actors.ts";
import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import type { Health } from "../host/health.ts";
import { inTime } from "./failure.ts";
import { ProblemError } from "./problem.ts";

const never = new Promise<never>(() => {});
const after = async <T>(ms: number, value: T) => {
  await sleep(ms);
  return value;
};

const hosts = (health: Health) => ({ health: () => Promise.resolve(health) });
const durability = { loss_window: "none", loss_window_ms: 0, warnings: [] };
const well = hosts(healthOf({ durability }));
const sick = hosts(healthOf({ reasons: ["quotes has failed"], durability }));
const away = hosts(healthOf({ reasons: ["Redis cannot be reached: refused"] }));

Deno.test("an answer in time is passed on, and so is an error", async () => {
  const patience = { lookMs: 50, endMs: 50 };
  assert.equal(await inTime(well, Promise.resolve(1), patience), 1);
  const failing = Promise.reject(new Error("no"));
  await assert.rejects(inTime(well, failing, patience), /^Error: no$/);
});

Deno.test("when a server is away, nobody waits for the end", async () => {
  const began = performance.now();
  const waiting = inTime(away, never, { lookMs: 10, endMs: 60_000 });
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.kind, "unavailable");
    assert.match(error.message, /Redis cannot be reached: refused/);
    return true;
  });
  assert.ok(performance.now() - began < 5_000);
});

Deno.test("while every server answers, a slow answer is waited for", async () => {
  const patience = { lookMs: 5, endMs: 5_000 };
  assert.equal(await inTime(well, after(30, 1), patience), 1);
  assert.equal(await inTime(sick, after(30, 2), patience), 2);
});

Deno.test("an answer that never comes ends in a problem all the same", async () => {
  await assert.rejects(
    inTime(well, never, { lookMs: 5, endMs: 20 }),
    /No answer in time: .*slow/,
  );
});
