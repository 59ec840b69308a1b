import assert from "node:assert/strict";
import type { Delivery } from "../broker/broker.ts";
import {
  deadLetter,
  type DeadLetterLedger,
  type NewDeadLetter,
} from "./dead_letter.ts";
import { countFailures, startReplay } from "./replay.ts";
import type { ReplayStatus } from "./status.ts";

function delivery(n: number): Delivery {
  const attributes = { id: `event ${n}` };
  return {
    key: "A",
    attributes,
    data: "",
    position: `${n}`,
    storedAt: 0,
    redelivered: true,
  };
}

const letter = (n: number) =>
  deadLetter("numbers", "permanent", delivery(n), new Error("no"), 1);

Deno.test("a replay tries dead letters again, but none that killed its isolate, and counts what fails", async () => {
  const added: NewDeadLetter[] = [];
  const told: string[] = [];
  const ledger: DeadLetterLedger = {
    add: (letters) => Promise.resolve(void added.push(...letters)),
    known: () =>
      Promise.resolve(
        new Map([["1", "schema"], ["2", "killed-its-isolate"]] as const),
      ),
    handled(_, deliveries, run) {
      const its = deliveries.map(({ position }) => position)
        .filter((position) => run?.positions.has(position));
      told.push(...its);
      return Promise.resolve();
    },
  };
  const replay = countFailures(ledger, "r1");
  const left = await replay.ledger.known("numbers", ["1", "2", "3"]);
  assert.deepEqual([...left.keys()], ["2"]);
  await replay.ledger.handled("numbers", [delivery(1), delivery(3)]);
  assert.deepEqual(told, ["1"], "its letter is told that it is handled");
  await replay.ledger.add([4, 5, 6, 7, 8, 9].map(letter));
  await replay.ledger.add([letter(4)]);
  assert.ok(added.every(({ run }) => run === "r1"));
  const { failed, failures } = replay.soFar();
  assert.equal(failed, 7);
  assert.deepEqual(
    failures.map(({ event_id, position, reason }) => [
      event_id ?? position,
      reason,
    ]),
    [
      ["2", "killed-its-isolate"],
      ...[4, 5, 6, 7].map((n) => [`event ${n}`, "permanent"]),
    ],
  );
});

Deno.test("what was not recorded has not failed yet: it is tried again", async () => {
  let away = true;
  const { ledger, soFar } = countFailures({
    add: () => away ? Promise.reject(new Error("away")) : Promise.resolve(),
    known: () => Promise.resolve(new Map()),
    handled: () => Promise.resolve(),
  }, "r1");
  await assert.rejects(ledger.add([letter(1)]));
  assert.equal(soFar().failed, 0);
  away = false;
  await ledger.add([letter(1)]);
  assert.equal(soFar().failed, 1);
});

Deno.test("the course of a replay says how many failed, also if it breaks off", async () => {
  const over = Promise.withResolvers<ReplayStatus>();
  const seen: ReplayStatus[] = [];
  startReplay({}, (_, { onProgress }) => {
    onProgress?.({ done: 3, total: 9, failed: 2 });
    return Promise.reject(new Error("the isolate ended"));
  }, (status) => {
    seen.push(status);
    if (status.state !== "running") over.resolve(status);
  });
  const { state, done, failed, error } = await over.promise;
  assert.deepEqual(
    { state, done, failed, error },
    { state: "failed", done: 3, failed: 2, error: "the isolate ended" },
  );
  assert.equal(seen[0]?.failed, 2);
});
