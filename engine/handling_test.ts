import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Delivery } from "../broker/broker.ts";
import { type ConsumedEvent, defineObserver, PermanentError } from "./actor.ts";
import { createConsumer } from "./consumer.ts";
import { Measures } from "./measures.ts";
import type { NewDeadLetter } from "./dead_letter.ts";
import { consumedFrom } from "./handling.ts";

const delivery = (position: string, data: string): Delivery => ({
  key: "A",
  attributes: {
    id: `A:${position}`,
    type: "signalbox.numbers",
    subject: "A",
    time: "2026-01-01T00:00:00.000Z",
    v: "7",
  },
  data,
  position,
  storedAt: 1_000,
  redelivered: false,
});

function setUp(observe: (events: readonly ConsumedEvent[]) => void) {
  const letters: NewDeadLetter[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const never = () => false;
  const consume = createConsumer({
    actor: defineObserver({
      name: "watcher",
      title: "",
      description: "",
      consumes: ["numbers"],
      permissions: { net: [] },
      observe: (events) => {
        observe(events);
        return Promise.resolve([]);
      },
      history: () => Promise.resolve([]),
    }),
    context: { sql: undefined as unknown as Sql, log },
    setLatest: () => Promise.resolve(),
    record: () => Promise.resolve(),
    attempts: {
      of: () => Promise.resolve(new Map()),
      count: () => Promise.resolve(),
      uncount: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    },
    deadLetters: {
      add: (more) => Promise.resolve(void letters.push(...more)),
      known: () => Promise.resolve(new Map()),
      handled: () => Promise.resolve(),
    },
    isUnavailable: never,
    isTooSlow: never,
    isBadData: never,
    onProgress: () => {},
    onWaiting: () => {},
    measures: new Measures(),
    log,
  });
  return { consume, letters };
}

const { signal } = new AbortController();

Deno.test("an observer gets the events of others, and leaves alone what is none", async () => {
  const seen: ConsumedEvent[] = [];
  const { consume, letters } = setUp((events) => void seen.push(...events));
  const batch = ['{"n":1}', "no JSON", "[]"]
    .map((data, n) => delivery(`${n}`, data));
  await consume(consumedFrom("numbers", batch), signal);
  assert.deepEqual(letters, []);
  assert.deepEqual(seen, [{
    actor: "numbers",
    id: "A:0",
    symbol: "A",
    at: "2026-01-01T00:00:00.000Z",
    published_at: "1970-01-01T00:00:01.000Z",
    data: { n: 1 },
  }]);
});

Deno.test("its dead letters are its own, and one that is redriven is still the other's event", async () => {
  let broken = true;
  const seen: ConsumedEvent[] = [];
  const { consume, letters } = setUp((events) => {
    if (broken) throw new PermanentError("broken");
    seen.push(...events);
  });
  const batch = [delivery("5-0", '{"n":1}')];
  await consume(consumedFrom("numbers", batch), signal);
  const [{ topic, position, message }] = letters as [NewDeadLetter];
  assert.deepEqual([topic, position], ["watcher", "numbers:5-0"]);
  broken = false;
  // As it comes back over the observer's own stream.
  await consume([{ ...batch[0]!, ...message, position: "9-0" }], signal);
  assert.deepEqual(seen.map(({ actor, id }) => [actor, id]), [[
    "numbers",
    "A:5-0",
  ]]);
});
