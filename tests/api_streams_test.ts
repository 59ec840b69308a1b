/** Streams and dead letters as clients of the API use them. */
import assert from "node:assert/strict";
import {
  ask,
  asked,
  everyEndpoint,
  problemOf,
} from "./support/api_conformance.ts";
import { type Api, startApi } from "./support/api_system.ts";

const t1 = "2026-01-30T14:30:00.000Z";

Deno.test("a stream tells its depth, groups, events and what is pending", async () => {
  await using api = await startApi();
  await publish(api, [["a", '{"price":1}'], ["b", "no json"]]);
  const stream = await ask(api, "GET", "/api/streams/quotes");
  assert.equal(stream.body.depth, 2);
  const events = await ask(api, "GET", "/api/streams/quotes/events");
  const [first, second] = events.body.events;
  assert.deepEqual([first.data, first.malformed], [{ price: 1 }, false]);
  assert.deepEqual([second.data, second.malformed], ["no json", true]);
  const newest = await ask(
    api,
    "GET",
    "/api/streams/quotes/events?order=newest&limit=1",
  );
  assert.equal(newest.body.events[0].attributes.id, "b");
  const from = encodeURIComponent(second.position);
  const tail = await ask(api, "GET", `/api/streams/quotes/events?from=${from}`);
  assert.deepEqual(tail.body.events, [second]);
  const old = "to=2020-01-01T00:00:00Z";
  const none = await ask(api, "GET", `/api/streams/quotes/events?${old}`);
  assert.deepEqual(none.body.events, []);
});

Deno.test("a stream is searched by symbol, text and time, a part at a time, in both directions", async () => {
  await using api = await startApi();
  const count = 7_000;
  for (let n = 0; n < count; n += 1_000) {
    await api.parts.broker.publish(
      "quotes",
      Array.from({ length: 1_000 }, (_, i) => numbered(n + i)),
    );
  }
  const search = async (query: string) =>
    (await ask(api, "GET", `/api/streams/quotes/events?${query}`)).body;
  const idsOf = (body: { events: { attributes: { id: string } }[] }) =>
    body.events.map(({ attributes }) => attributes.id);

  const newest = await search("symbol=S1&limit=2");
  assert.deepEqual(idsOf(newest), ["n6991", "n6981"]);
  assert.deepEqual(newest.looked.count, 19);
  const older = await search(`symbol=S1&limit=2&before=${newest.next}`);
  assert.deepEqual(idsOf(older), ["n6971", "n6961"]);
  const back = `symbol=S1&limit=1&after=${older.events[0].position}`;
  assert.deepEqual(idsOf(await search(back)), ["n6981"], "the newer ones");

  const rare = await search("text=%22N%22:3%7D"); // "n":3}
  assert.deepEqual(idsOf(rare), []);
  assert.ok(rare.looked.count <= 5_000 && rare.next, "it is far back");
  assert.ok(rare.looked.from <= rare.looked.to);
  let found = rare;
  while (found.next && !found.events.length) {
    found = await search(`text=%22N%22:3%7D&before=${found.next}`);
  }
  assert.deepEqual(idsOf(found), ["n3"]);
  const late = await search(`text=n6999&from=${rare.looked.to}`);
  assert.deepEqual([idsOf(late), late.next], [["n6999"], null]);
  const early = await search(`symbol=S1&to=2020-01-01T00:00:00Z`);
  assert.deepEqual([early.events, early.looked, early.next], [
    [],
    { from: null, to: null, count: 0 },
    null,
  ]);
  const both = "/api/streams/quotes/events?before=1-0&after=1-0";
  await problemOf(await api.call(both), 409, "conflict");
});

function numbered(n: number) {
  return {
    key: `S${n % 10}`,
    attributes: {
      id: `n${n}`,
      type: "signalbox.quotes",
      subject: `S${n % 10}`,
    },
    data: `{"n":${n}}`,
  };
}

Deno.test("what a group holds and has not acknowledged is pending", async () => {
  await using api = await startApi();
  const held = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const subscription = api.parts.broker.subscribe("quotes", "quotes", () => {
    taken.resolve();
    return held.promise;
  }, { consumer: "slow" });
  await publish(api, [["a", "{}"]]);
  await taken.promise;
  const { body } = await ask(api, "GET", "/api/streams/quotes/pending");
  assert.equal(body.group, "quotes");
  assert.equal(body.pending[0].consumer, "slow");
  const claim = await ask(api, "POST", "/api/streams/quotes/claim");
  assert.deepEqual(claim.body, { claimed: 2 });
  held.resolve();
  await subscription.close();
});

Deno.test("a replay is started in the background, and its course can be asked for", async () => {
  await using api = await startApi();
  const window = { from: "2026-01-30T00:00:00+01:00" };
  const path = "/api/streams/quotes/replay";
  const { status, body, headers } = await ask(api, "POST", path, window);
  assert.equal(status, 202);
  assert.equal(headers.get("location"), path);
  assert.equal(body.from, "2026-01-29T23:00:00.000Z");
  assert.deepEqual((await ask(api, "GET", path)).body, body);
});

Deno.test("dead letters are listed in pages, filtered, shown, deleted and redriven", async () => {
  await using api = await startApi();
  await bury(api, 5);
  const first = await ask(api, "GET", "/api/dead-letters?limit=2");
  assert.deepEqual(ids(first.body), ["e5", "e4"]);
  const next = `/api/dead-letters?limit=3&before=${first.body.next_before}`;
  const second = await ask(api, "GET", next);
  assert.deepEqual(ids(second.body), ["e3", "e2", "e1"]);
  assert.equal(second.body.next_before, null);
  const found = await ask(
    api,
    "GET",
    "/api/dead-letters?search=E3&actor=quotes",
  );
  assert.deepEqual(ids(found.body), ["e3"]);

  const { id } = found.body.dead_letters[0];
  const one = await ask(api, "GET", `/api/dead-letters/${id}`);
  assert.equal(one.body.message.data, "garbage 3");
  assert.equal(
    (await ask(api, "DELETE", `/api/dead-letters/${id}`)).status,
    204,
  );
  const seen = await ask(api, "POST", "/api/dead-letters/seen");
  assert.deepEqual(seen.body, { seen: true });
  const path = "/api/dead-letters/redrive";
  const some = [first.body.dead_letters[0].id];
  const sent = await ask(api, "POST", path, { ids: some, by: "a test" });
  assert.equal(sent.body.redriven, 1);
  assert.equal(await api.parts.broker.depth("quotes"), 1);
  const rest = await ask(api, "POST", path, { filter: { symbol: "s4" } });
  assert.equal(rest.body.redriven, 1);
  const { body: way } = await ask(api, "GET", `/api/dead-letters/${some[0]}`);
  assert.deepEqual([way.state, way.redriven_by], ["redriving", "a test"]);
  assert.deepEqual(
    way.history.map((one: { what: string }) => one.what),
    ["failed", "redriven"],
  );
  const of = `redrive=${sent.body.redrive}`;
  const its = await ask(api, "GET", `/api/dead-letters?${of}`);
  assert.deepEqual([ids(its.body), its.body.total], [["e5"], 1]);
  const none = `/api/dead-letters?${of}&state=handled`;
  assert.equal((await ask(api, "GET", none)).body.total, 0);
  const removed = await ask(api, "DELETE", "/api/dead-letters?search=e1");
  assert.deepEqual(removed.body, { removed: 1 });
  const all = await ask(api, "DELETE", "/api/dead-letters?all=true");
  assert.deepEqual(all.body, { removed: 3 });
});

Deno.test("to redrive a dead letter that is not there is an error, and sends none", async () => {
  await using api = await startApi();
  await bury(api, 1);
  const { body } = await ask(api, "GET", "/api/dead-letters");
  const answer = await api.send("POST", "/api/dead-letters/redrive", {
    ids: [body.dead_letters[0].id, "987654"],
  });
  const { detail } = await problemOf(answer, 404, "not-found");
  assert.match(detail, /There is no dead letter 987654;/);
  assert.equal(await api.parts.broker.depth("quotes"), 0);
});

Deno.test("the tests above ask every endpoint of streams and dead letters", () => {
  const ours = /^\w+ \/api\/(streams|dead-letters)\b/;
  const missing = everyEndpoint
    .filter((name) => ours.test(name) && !asked.has(name));
  assert.deepEqual(missing, []);
});

function publish(api: Api, events: [id: string, data: string][]) {
  const messages = events.map(([id, data]) => ({
    key: "AAPL",
    attributes: { id, type: "signalbox.quotes", subject: "AAPL", time: t1 },
    data,
  }));
  return api.parts.broker.publish("quotes", messages);
}

function bury(api: Api, count: number) {
  return api.parts.deadLetters.add(
    Array.from({ length: count }, (_, i) => ({
      actor: "quotes",
      topic: "quotes",
      position: `${i + 1}`,
      message: {
        key: `S${i + 1}`,
        attributes: { id: `e${i + 1}`, subject: `S${i + 1}` },
        data: `garbage ${i + 1}`,
      },
      reason: "decode",
      error: "data is not JSON",
      stack: null,
      attempts: 1,
    })),
  );
}

function ids(body: { dead_letters: { event_id: string }[] }): string[] {
  return body.dead_letters.map((letter) => letter.event_id);
}
