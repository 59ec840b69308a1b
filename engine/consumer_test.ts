import assert from "node:assert/strict";
import { PermanentError } from "./actor.ts";
import { encode } from "./envelope.ts";
import {
  dead,
  deliveries,
  setUp,
  signal,
  Unreachable,
  upTo,
} from "../tests/support/consuming.ts";

Deno.test("a batch that succeeds is handled once, as a whole and in order", async () => {
  const seen: number[][] = [];
  const { actor, consume } = setUp((events) =>
    void seen.push(events.map(({ data }) => data.n))
  );
  await consume(deliveries(actor, upTo(100)), signal);
  assert.deepEqual(seen, [upTo(100)]);
});

Deno.test("poison becomes a dead letter and its neighbours are stored", async () => {
  const stored = new Set<number>();
  const { actor, consume, letters } = setUp((events) => {
    if (events.some(({ data }) => data.n === 37 || data.n === 38)) {
      throw new PermanentError("no");
    }
    for (const { data } of events) stored.add(data.n);
  });
  await consume(deliveries(actor, upTo(100)), signal);
  assert.equal(stored.size, 98);
  assert.deepEqual(dead(letters), ["37 permanent", "38 permanent"]);
});

Deno.test("the way of the newest event of a symbol is recorded, with how often it was tried", async () => {
  let tries = 0;
  const { actor, consume, traces } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  await consume(deliveries(actor, [1, 2]), signal);
  assert.deepEqual(
    traces.map(({ position, attempts }) => [position, attempts]),
    [["2", 1], ["1", 2]],
    "the first failed once more alone",
  );
  await consume(deliveries(actor, [5, 6], true), signal);
  const last = traces.at(-1)!;
  assert.deepEqual(
    [last.position, last.attempts],
    ["6", 2],
    "delivered before",
  );
  assert.equal(last.event_id, "6");
});

Deno.test("of each symbol the newest values are set: all tellings of its newest instant, and nothing older", async () => {
  const { actor, consume, latest } = setUp(() => {});
  const [old, one, other] = deliveries(actor, [1, 2, 3]);
  const at = "2025-12-31T00:00:00.000Z";
  const older = { ...old!, attributes: { ...old!.attributes, time: at } };
  const b = { ...older, attributes: { ...older.attributes, subject: "B" } };
  await consume([one!, older, other!, b], signal);
  assert.deepEqual(latest.map(({ symbol, n }) => [symbol, n]), [
    ["A", 2],
    ["A", 3],
    ["B", 1],
  ]);
});

Deno.test("each call of the handler is timed, each event until it is stored, and each that is tried again counted", async () => {
  let tries = 0;
  const { actor, consume, measures } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  const storedAt = Date.now() - 7_000;
  const batch = deliveries(actor, [1, 2])
    .map((delivery) => ({ ...delivery, storedAt }));
  await consume(batch, signal);
  const { handle, publishToStored, retried } = measures;
  assert.deepEqual([handle.count, publishToStored.count, retried], [4, 2, 1]);
  assert.equal(publishToStored.quantile(1), 10, "in the bucket of 5 to 10 s");
});

Deno.test("an event that fails is tried five times, then a dead letter", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    tries++;
    throw new Error("a bug");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.equal(tries, 5);
  assert.deepEqual(dead(letters), ["1 retries-exhausted"]);
  assert.equal(letters[0]!.attempts, 5);
  assert.match(letters[0]!.stack ?? "", /a bug/);
});

Deno.test("an event that succeeds at the third attempt is no dead letter", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    if (++tries < 3) throw new Error("not yet");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual([tries, letters.length], [3, 0]);
});

Deno.test("an outage is waited for, however often it answers, and makes no dead letters", async () => {
  let tries = 0;
  const { actor, consume, letters } = setUp(() => {
    if (++tries <= 7) throw new Unreachable("down");
  });
  await consume(deliveries(actor, upTo(10)), signal);
  assert.deepEqual([tries, letters.length], [8, 0]);
});

Deno.test("during an outage it stops when told to, and does not acknowledge", async () => {
  const stop = new AbortController();
  const { actor, consume } = setUp(() => {
    stop.abort(new Error("leaving"));
    throw new Unreachable("down");
  });
  await assert.rejects(
    consume(deliveries(actor, [1]), stop.signal),
    /down|leaving/,
  );
});

Deno.test("what cannot be decoded is a dead letter, and the rest of the batch goes on", async () => {
  const stored: number[] = [];
  const { actor, consume, letters } = setUp((events) =>
    void stored.push(...events.map(({ data }) => data.n))
  );
  const batch = deliveries(actor, [1, 2, 3]);
  batch[1] = { ...batch[1]!, attributes: { surprise: "!" }, data: "" };
  await consume(batch, signal);
  assert.deepEqual(stored, [1, 3]);
  assert.deepEqual(dead(letters), ["2 decode"]);
});

Deno.test("what is a dead letter already is not handled when it comes again", async () => {
  const handled: number[] = [];
  let broken = true;
  const { actor, consume, letters } = setUp((events) => {
    for (const { data } of events) {
      if (broken && data.n === 1) throw new PermanentError("broken");
      handled.push(data.n);
    }
  });
  await consume(deliveries(actor, [1]), signal);
  broken = false;
  await consume(deliveries(actor, [0, 1, 2], true), signal);
  assert.deepEqual(handled, [0, 2]);
  assert.deepEqual(dead(letters), ["1 permanent"]);
});

Deno.test("what keeps a batch from being finished is said", async () => {
  const { actor, consume, letters, warnings } = setUp(() => {
    throw new PermanentError("no");
  });
  letters.push = () => {
    throw new Error("permission denied for table dead_letters");
  };
  await assert.rejects(consume(deliveries(actor, [1]), signal), /permission/);
  assert.deepEqual(warnings, ["a batch could not be finished"]);
});

Deno.test("an event that its handler refuses for good is not waited for, whatever the cause was", async () => {
  const { actor, consume, letters } = setUp(() => {
    const cause = new Unreachable("the source of this event is gone");
    throw new PermanentError("no", { cause });
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual(dead(letters), ["1 permanent"]);
});

Deno.test("the latest values are set after the batch is stored, from what its events say", async () => {
  const order: string[] = [];
  const { actor, consume, latest } = setUp(() => void order.push("stored"));
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
  const batch = [["A", 1], ["B", 5]] as const;
  await consume(
    batch.map(([symbol, n]) => ({
      ...encode(actor, { id: `${symbol}${n}`, symbol, at: at(n), data: { n } }),
      position: `${symbol}${n}`,
      storedAt: 0,
      redelivered: false,
    })),
    signal,
  );
  assert.deepEqual(order, ["stored"]);
  assert.deepEqual(latest, [
    { symbol: "A", at: at(1), n: 1 },
    { symbol: "B", at: at(5), n: 5 },
  ]);
});

Deno.test("of a batch that is not stored no latest value is set", async () => {
  const { actor, consume, latest } = setUp(() => {
    throw new PermanentError("no");
  });
  await consume(deliveries(actor, [1]), signal);
  assert.deepEqual(latest, []);
});

Deno.test("while latest values are set the actor has the next part, never two at once, and the batch waits for all", async () => {
  const sizes: number[] = [];
  let at = 0;
  const second = Promise.withResolvers<void>();
  const { actor, consume, latest } = setUp(async (events) => {
    assert.equal(++at, 1);
    sizes.push(events.length);
    await new Promise((resolve) => setTimeout(resolve, 5));
    at--;
    if (sizes.length === 2) second.resolve();
  }, () => second.promise);
  const many = Array.from({ length: 1_500 }, (_, n) => n);
  await consume(deliveries(actor, many), new AbortController().signal);
  assert.equal(sizes.reduce((sum, size) => sum + size), 1_500);
  assert.ok(sizes.length > 1);
  assert.equal(latest.length, 1_500);
});

Deno.test("an actor has so many parts at once as it says, and what one of them breaks by is told of that one alone", async () => {
  let [at, most] = [0, 0];
  const { actor, consume, latest, letters } = setUp(
    async (events) => {
      most = Math.max(most, ++at);
      await new Promise((resolve) => setTimeout(resolve, 5));
      at--;
      if (events.some(({ data }) => data.n === 2_500)) {
        throw new PermanentError("no");
      }
    },
    undefined,
    2,
  );
  await consume(deliveries(actor, upTo(5_000)), signal);
  assert.equal(most, 2);
  assert.equal(latest.length, 4_999);
  assert.deepEqual(dead(letters), ["2500 permanent"]);
});

Deno.test("what fails while the actor has the next part comes again, and is not given to it at once", async () => {
  let [at, fails] = [0, true];
  const { actor, consume, latest } = setUp(async () => {
    assert.equal(++at, 1, "one call at a time");
    await new Promise((resolve) => setTimeout(resolve, 20));
    at--;
  }, () => {
    if (!fails) return Promise.resolve();
    fails = false;
    return Promise.reject(new Error("the latest value is refused"));
  });
  const many = Array.from({ length: 1_500 }, (_, n) => n);
  await assert.rejects(consume(deliveries(actor, many), signal), /is refused/);
  await consume(deliveries(actor, many, true), signal);
  assert.ok(latest.length >= 1_500);
});
