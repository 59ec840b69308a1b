/** One dead letter for each event, and what it tells of what happened to it. */
import assert from "node:assert/strict";
import type { Delivery, Message } from "../broker/broker.ts";
import { deadLetter } from "../engine/dead_letter.ts";
import { countFailures } from "../engine/replay.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { testDatabase } from "../tests/support/servers.ts";
import { sleep } from "../wait.ts";
import { connectDatabase } from "./client.ts";
import { createDeadLetters } from "./dead_letters.ts";
import { migrate } from "./migrate.ts";
import { NoDeadLetterError } from "./redrive.ts";

const event: Message = {
  key: "AAPL",
  attributes: {
    id: "AAPL:1",
    type: "signalbox.quotes",
    subject: "AAPL",
    time: "2026-01-31T14:30:00.000Z",
    v: "1",
  },
  data: '{"price":-1}',
};
const garbage: Message = { key: "", attributes: {}, data: "\0garbage" };

function at(position: string, message: Message): Delivery {
  return { ...message, position, storedAt: 0, redelivered: false };
}

async function setUp() {
  const database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  return {
    store,
    fail: (delivery: Delivery, error = "no") =>
      store.add([deadLetter("quotes", "schema", delivery, error, 1)]),
    /** The only one that there is. */
    async letter() {
      const { letters } = await store.page({ state: "all" });
      assert.equal(letters.length, 1);
      return (await store.get(letters[0]!.id))!;
    },
    /** Redrives all, and resolves to what was published. */
    async redrive(by = "a test") {
      const sent: Message[] = [];
      await store.redrive({}, by, (_, messages) => {
        sent.push(...messages);
        return Promise.resolve();
      });
      return sent;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

for (const [what, message] of Object.entries({ event, garbage })) {
  Deno.test(`a redriven letter that fails again stays one letter, with its history: ${what}`, async () => {
    await using test = await setUp();
    const { store, fail, letter, redrive } = test;
    await fail(at("1", message));
    const { id } = await letter();
    for (const position of ["2", "3"]) {
      const [sent] = await redrive();
      assert.equal((await letter()).state, "redriving");
      await fail(at(position, sent!), `no, says ${position}`);
    }
    const found = await letter();
    assert.equal(found.id, id);
    assert.deepEqual(
      [found.state, found.error, found.position, found.failures],
      ["failed-again", "no, says 3", "3", 3],
    );
    assert.deepEqual(found.message, message, "as it came first");
    assert.deepEqual(
      found.history.map(({ what, error, by }) => error ?? by ?? what),
      ["no", "a test", "no, says 2", "a test", "no, says 3"],
    );
    const [sent] = await redrive();
    await store.handled("quotes", [at("4", sent!)]);
    const done = await letter();
    assert.equal(done.state, "handled");
    assert.ok(done.handled_at);
    assert.equal(await store.count(), 0, "nothing is left to do");
    assert.deepEqual(
      await store.known("quotes", ["1", "2", "3", "4"]),
      new Map([["1", null], ["2", null], ["3", null]]),
    );
  });
}

Deno.test("a letter that was handled, redriven and handled before the redrive ends, is handled", async () => {
  await using test = await setUp();
  const { store, fail, letter, redrive } = test;
  await fail(at("1", event));
  const [sent] = await redrive();
  await store.handled("quotes", [at("2", sent!)]);
  const { id } = await letter();
  let telling: Promise<void> | undefined;
  await store.redrive([id], "a test", async (_, [again]) => {
    telling = store.handled("quotes", [at("3", again!)]);
    await sleep(100);
  });
  await telling;
  assert.equal((await letter()).state, "handled");
});

Deno.test("an id whose letter is locked is waited for", async () => {
  await using test = await setUp();
  const { store, fail, letter } = test;
  await fail(at("1", event));
  const { id } = await letter();
  const redriveOnce = () => store.redrive([id], "a test", () => sleep(100));
  const sent = await Promise.all([redriveOnce(), redriveOnce()]);
  assert.ok(sent.some(({ redriven }) => redriven === 1));
});

Deno.test("an event scanned again is the same letter; another market time, symbol or garbage is not", async () => {
  await using test = await setUp();
  const { store, fail } = test;
  const like = (attributes: Record<string, string>, data = event.data) => ({
    key: attributes.subject ?? "AAPL",
    attributes: { ...event.attributes, ...attributes },
    data,
  });
  await fail(at("1", event));
  await fail(at("2", like({ traceparent: "another" }, "{}")));
  assert.equal(await store.count(), 1);
  await fail(at("3", like({ time: "2026-01-31T14:31:00.000Z" })));
  await fail(at("4", like({ subject: "MSFT" })));
  await fail(at("5", like({ source: "another" })));
  await fail(at("6", garbage));
  await fail(at("7", { ...garbage, data: "\0other garbage" }));
  await fail(at("8", garbage));
  assert.equal(await store.count(), 6);
});

Deno.test("what is told twice is one failure, and reopens no letter", async () => {
  await using test = await setUp();
  const { store, fail, letter, redrive } = test;
  await fail(at("1", event));
  await fail(at("1", event));
  assert.deepEqual([(await letter()).state, (await letter()).failures], [
    "dead",
    1,
  ]);
  const [sent] = await redrive();
  await store.handled("quotes", [at("2", sent!)]);
  await store.handled("quotes", [at("2", sent!)]);
  await fail(at("1", event));
  const { state, history } = await letter();
  assert.deepEqual([state, history.length], ["handled", 3]);
  await fail(at("3", event));
  const reopened = await letter();
  assert.deepEqual([reopened.state, reopened.handled_at], [
    "failed-again",
    null,
  ]);
});

Deno.test("a host that dies between sending and marking leaves a letter that is told how it ended", async () => {
  await using test = await setUp();
  const { store, fail, letter } = test;
  await fail(at("1", event));
  let sent: Message | undefined;
  const dies = (_: string, [message]: Message[]) => {
    sent = message;
    return Promise.reject(new Error("the connection is gone"));
  };
  await assert.rejects(store.redrive({}, "a test", dies));
  assert.equal((await letter()).state, "dead", "it can be redriven again");
  await store.handled("quotes", [at("2", sent!)]);
  assert.equal((await letter()).state, "handled");
});

Deno.test("an event that is handled before its redrive is marked ends as handled", async () => {
  await using test = await setUp();
  const { store, fail, letter } = test;
  await fail(at("1", event));
  let handling: Promise<void> | undefined;
  await store.redrive({}, "a test", (_, [message]) => {
    handling = store.handled("quotes", [at("2", message!)]);
    return Promise.resolve();
  });
  await handling;
  assert.equal((await letter()).state, "handled");
});

Deno.test("a redrive of ids that are not there is refused as a whole", async () => {
  await using test = await setUp();
  const { store, fail, letter } = test;
  await fail(at("1", event));
  const { id } = await letter();
  const never = () => Promise.reject(new Error("must not be sent"));
  await assert.rejects(
    store.redrive([id, "99", "x"], "a test", never),
    (error) => {
      assert.ok(error instanceof NoDeadLetterError);
      return /no dead letter 99, x;/.test(error.message);
    },
  );
});

Deno.test("only what was redriven, or is known to a replay, has its letter looked for", async () => {
  await using test = await setUp();
  const { store, fail, letter } = test;
  await fail(at("1", event));
  await store.handled("quotes", [at("2", event)]);
  assert.equal((await letter()).state, "dead");
  const { ledger, soFar } = countFailures(store, "a replay");
  assert.deepEqual(await ledger.known("quotes", ["1"]), new Map());
  await ledger.add([
    deadLetter("quotes", "permanent", at("1", event), "no", 1),
  ]);
  assert.equal((await letter()).failures, 2, "a replay tried it again");
  await ledger.handled("quotes", [at("1", event)]);
  assert.equal((await letter()).state, "handled");
  assert.equal(soFar().failed, 1);
});

Deno.test("letters of an older release become one for each event, and the others its history", async () => {
  const { url, drop } = await testDatabase();
  const sql = connectDatabase(url);
  const dir = new URL("migrations/", import.meta.url);
  const old = await Deno.makeTempDir();
  try {
    for (const name of ["0001_core.sql", "0002_markets.sql"]) {
      await Deno.copyFile(new URL(name, dir), `${old}/${name}`);
    }
    await migrate(sql, "core", new URL(`file://${old}/`));
    const { id, type, subject, time } = event.attributes;
    for (const position of ["1", "2", "3"]) {
      await sql`
        insert into dead_letters (actor, topic, position, event_id, type, subject,
          time, reason, error, attempts, excerpt, message)
        values ('quotes', 'quotes', ${position}, ${id!}, ${type!}, ${subject!},
          ${time!}, 'schema', ${`no, says ${position}`}, 1, '',
          ${JSON.stringify(event)}::text::json)`;
    }
    await sql`
      insert into dead_letters (actor, topic, position, subject, reason, error,
        attempts, excerpt, message)
      values ('quotes', 'quotes', '4', '', 'decode', 'no', 1, '',
        ${JSON.stringify(garbage)}::text::json)`;
    await migrate(sql, "core", dir);
    const store = createDeadLetters(sql);
    const { letters } = await store.page();
    assert.deepEqual(
      letters.map(({ position, state, failures }) => [
        position,
        state,
        failures,
      ]),
      [["4", "dead", 1], ["3", "failed-again", 3]],
    );
    // What fails now finds the letters of before.
    await store.add(
      [at("5", event), at("6", garbage)].map((delivery) =>
        deadLetter("quotes", "schema", delivery, "no", 1)
      ),
    );
    assert.equal(await store.count(), 2);
    assert.equal((await store.get(letters[1]!.id))!.history.length, 4);
  } finally {
    await sql.end();
    await drop();
    await Deno.remove(old, { recursive: true });
  }
});
