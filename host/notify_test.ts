import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { keepNotified } from "./notify.ts";
import { listenAsSystemd } from "../tests/support/systemd.ts";

/** Runs it against a socket of its own until `work` is done. */
async function notified(
  ask: () => Promise<string>,
  work: (systemd: Awaited<ReturnType<typeof listenAsSystemd>>) => Promise<void>,
): Promise<string[]> {
  await using systemd = await listenAsSystemd();
  const leaving = new AbortController();
  const warned: string[] = [];
  const silent = { debug() {}, info() {}, error() {} };
  const ended = keepNotified({
    to: { ...systemd, watchdogMs: 60 },
    ask,
    log: {
      ...silent,
      warn: (_, fields) => void warned.push(`${fields!.error}`),
    },
    signal: leaving.signal,
  });
  await work(systemd);
  leaving.abort();
  await ended;
  while (await systemd.next() !== "STOPPING=1");
  return warned;
}

Deno.test("systemd is told that it listens, that it lives, and that it leaves", async () => {
  await notified(() => Promise.resolve("well\nso far"), async ({ next }) => {
    assert.equal(await next(), "READY=1");
    assert.equal(await next(), "WATCHDOG=1\nSTATUS=well so far");
    assert.equal(await next(), "WATCHDOG=1\nSTATUS=well so far");
  });
});

Deno.test("the watchdog is not fed while it fares ill, and is again afterwards", async () => {
  const answers = [
    () => Promise.resolve("well"),
    () => Promise.reject(new Error("ill")),
    () => sleep(40).then(() => "late"),
    () => Promise.reject(new Error("still ill")),
  ];
  const ask = () => (answers.shift() ?? (() => Promise.resolve("mended")))();
  const warned = await notified(ask, async ({ next }) => {
    assert.equal(await next(), "READY=1");
    assert.equal(await next(), "WATCHDOG=1\nSTATUS=well");
    assert.equal(await next(), "WATCHDOG=1\nSTATUS=mended");
  });
  assert.deepEqual(warned, ["ill", "no answer in time", "still ill"]);
});
