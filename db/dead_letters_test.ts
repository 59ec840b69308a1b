import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import {
  createDeadLetters,
  type DeadLetterQuery,
  filterOf,
} from "./dead_letters.ts";
import type { Message } from "../broker/broker.ts";
import type { NewDeadLetter } from "../engine/dead_letter.ts";
import { migratedDatabase } from "../tests/support/database.ts";

function letter(
  position: string,
  changes: Partial<NewDeadLetter> = {},
): NewDeadLetter {
  const time = "2026-01-31T14:30:00.000Z";
  return {
    actor: "quotes",
    topic: "quotes",
    position,
    message: {
      key: "AAPL",
      attributes: { id: `AAPL:${position}`, type: "signalbox.quotes", time },
      data: '{"price":100}',
    },
    reason: "schema",
    error: "price: too small",
    stack: null,
    attempts: 1,
    ...changes,
  };
}

Deno.test("a dead letter comes back exactly as it came, NUL and half pairs included", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  const message: Message = {
    key: "A\0\ud800",
    attributes: { id: "\0", time: "not a time", "\udfff": "'; drop table x" },
    data: '\0\ud83d "quoted" \\u0000 😀'.repeat(100),
  };
  const error = 'bad\0 "value"';
  await store.add([
    letter("1\0", { message, error, stack: "at\0", attempts: 5 }),
  ]);
  const [row] = (await store.page()).letters;
  assert.equal(row?.error, 'bad\uFFFD "value"');
  assert.equal(row?.subject, "A\uFFFD\uFFFD");
  assert.equal(row?.time, null);
  assert.ok(row && row.excerpt.length <= 500 && !("message" in row));
  const found = await store.get(row.id);
  assert.deepEqual(found?.message, message);
  assert.equal(found?.stack, "at\uFFFD");
});

Deno.test("recording twice is harmless", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add([]);
  await store.add([letter("1"), letter("2"), letter("2", { error: "again" })]);
  await store.add([letter("1", { error: "later" }), letter("3")]);
  const rows = (await store.page()).letters;
  assert.deepEqual(rows.map((row) => row.position), ["3", "2", "1"]);
  assert.ok(rows.every((row) => row.error === "price: too small"));
  assert.equal(rows[0]?.time, "2026-01-31T14:30:00.000Z");
  assert.match(rows[0]!.created_at, /^\d{4}-.*\.\d{3}Z$/);
});

Deno.test("those known of a topic are told by their positions", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add([letter("1"), letter("2"), letter("3", { topic: "news" })]);
  assert.deepEqual(await store.known("quotes", []), new Map());
  assert.deepEqual(
    await store.known("quotes", ["0", "2", "3"]),
    new Map([["2", "schema"]]),
  );
});

Deno.test("times that PostgreSQL could not hold are left out", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  const times = ["+275760-09-13T00:00:00.000Z", "0000-01-01", "", "9999-12-31"];
  await store.add(
    times.map((time, i) =>
      letter(`${i}`, { message: { key: "A", attributes: { time }, data: "" } })
    ),
  );
  assert.deepEqual(
    (await store.page()).letters.map((row) => row.time),
    ["9999-12-31T00:00:00.000Z", null, null, null],
  );
});

Deno.test("they are found by actor, symbol, reason and text, page by page", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  const message = { key: "MSFT", attributes: {}, data: "100% \\ of_it" };
  await store.add([
    letter("1"),
    letter("2", { message }),
    letter("3", { actor: "news", topic: "news", reason: "decode" }),
    letter("4", { error: "PRICE is MISSING" }),
  ]);
  const find = async (query: DeadLetterQuery) =>
    (await store.page(query)).letters.map((row) => row.position).join();
  assert.equal(await find({ actor: "quotes" }), "4,2,1");
  assert.equal(await find({ symbol: "MSFT" }), "2");
  assert.equal(await find({ reason: "decode", actor: "quotes" }), "");
  assert.equal(await find({ search: "price is missing" }), "4");
  assert.equal(await find({ search: "0% \\ OF_I" }), "2");
  assert.equal(await find({ search: "0%o" }), "", "% is no wildcard");
  assert.equal(await find({ search: "aapl:3" }), "3");
  assert.equal(await find({ search: "'\0" }), "");
  const first = await store.page({ limit: 2 });
  assert.equal(first.next_before, first.letters[1]?.id);
  const next = { before: first.next_before!, limit: 2 };
  assert.equal(await find(next), "2,1");
  const last = await store.page(next);
  assert.equal(last.next_before, null, "a full page may be the last one");
  assert.equal(await find({ before: "x" }), "");
  assert.equal(await store.count(), 4);
  assert.deepEqual(
    await store.countByActor(),
    new Map([["news", 1], ["quotes", 3]]),
  );
  assert.equal(await store.get("no id"), null);
  assert.equal(await store.get("999999999999999999"), null);
});

Deno.test("a filter is what was given of its fields, and nothing that was left empty", () => {
  const given = {
    actor: " quotes ",
    symbol: "",
    reason: undefined,
    before: "7",
  };
  assert.deepEqual(filterOf(given), { actor: "quotes" });
  assert.deepEqual(filterOf({ symbol: " ", search: null }), {});
});

Deno.test("they are removed by id or by filter", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add(["1", "2", "3"].map((position) => letter(position)));
  const [newest] = (await store.page()).letters;
  assert.equal(await store.remove([newest!.id, "nonsense"]), 1);
  assert.equal(await store.remove([]), 0);
  assert.equal(await store.remove({ symbol: "MSFT" }), 0);
  assert.equal(await store.remove({}), 2);
});

Deno.test("a redrive publishes in order, each once, and leaves alone what fails meanwhile", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add(Array.from({ length: 250 }, (_, i) => letter(`${i}`)));
  await store.add([letter("0", { actor: "news", topic: "news" })]);
  const published: string[] = [];
  const { redrive, redriven } = await store.redrive(
    { actor: "quotes" },
    "a test",
    async (topic, sent) => {
      assert.equal(topic, "quotes");
      published.push(...sent.map((message) => message.attributes.id!));
      await store.add([letter(`new ${published.length}`)]);
    },
  );
  assert.equal(redriven, 250);
  assert.equal(await store.count({ redrive, state: "redriving" }), 250);
  assert.deepEqual(
    published,
    Array.from({ length: 250 }, (_, i) => `AAPL:${i}`),
  );
  assert.deepEqual(
    await store.countByActor(),
    new Map([["news", 1], ["quotes", 253]]),
  );
});

Deno.test("what could not be published stays a dead letter", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add(Array.from({ length: 150 }, (_, i) => letter(`${i}`)));
  let calls = 0;
  const publish = () =>
    ++calls === 2 ? Promise.reject(new Error("gone")) : Promise.resolve();
  await assert.rejects(store.redrive({}, "a test", publish), /gone/);
  assert.equal(await store.count({ state: "dead" }), 50);
  assert.equal(await store.count({ state: "redriving" }), 100);
});

Deno.test("two who redrive at once share the letters", async () => {
  await using database = await migratedDatabase();
  const store = createDeadLetters(database.sql);
  await store.add(Array.from({ length: 400 }, (_, i) => letter(`${i}`)));
  const published: string[] = [];
  const publish = async (_: string, messages: Message[]) => {
    // The other one has begun by then.
    await sleep(150);
    published.push(...messages.map((message) => message.attributes.id!));
  };
  const counts = await Promise.all([
    store.redrive({}, "one", publish),
    store.redrive({}, "another", publish),
  ]);
  assert.equal(counts[0].redriven + counts[1].redriven, 400);
  assert.equal(new Set(published).size, 400);
  assert.equal(published.length, 400);
});

Deno.test("a search of many has an index where the extension is there, and few are under way at a time", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const store = createDeadLetters(sql);
  const found = await Promise.allSettled(
    Array.from({ length: 6 }, () => store.page({ search: "no such text" })),
  );
  const busy = found.filter(({ status }) => status === "rejected");
  assert.equal(busy.length, 4);
  assert.match(String((busy[0] as PromiseRejectedResult).reason), /under way/);
  const [trgm] = await sql`
    select exists (select from pg_available_extensions where name = 'pg_trgm') as there`;
  const [index] = await sql`
    select count(*)::int as n from pg_indexes where indexname = 'dead_letters_text'`;
  assert.equal(index!.n, Number(trgm!.there));
});
