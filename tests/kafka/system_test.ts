/** The whole system with its events on Kafka: what an operator does and sees, on real servers. */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { Broker } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { testDatabase, testRedis } from "../support/servers.ts";
import { ctl } from "../support/ctl.ts";
import { quotes } from "./quotes.ts";
import { type KafkaServer, startKafka } from "./server.ts";

let kafka: KafkaServer;
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let env: Record<string, string>;
let host: Host;
let broker: Broker;
let sql: Sql;
let published = 0;

Deno.test.beforeAll(async () => {
  [kafka, database, redis] = await Promise.all([
    startKafka(),
    testDatabase(),
    testRedis(),
  ]);
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    BROKER_URL: kafka.url,
    WATCHLIST: "AAPL,MSFT",
    SCHEDULE_QUOTES: "0 0 1 1 *",
  };
  host = await startHost({ env });
  broker = await connectBroker(kafka.url);
  sql = postgres(database.url, { max: 1 });
});

Deno.test.afterAll(async () => {
  await host.kill();
  await broker.close();
  await sql.end();
  await Promise.all([kafka.stop(), redis.stop(), database.drop()]);
});

// deno-lint-ignore no-explicit-any -- the answers are checked by what the tests assert of them
async function get(path: string, of = host): Promise<any> {
  const response = await fetch(of.url + path);
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}

const post = async (path: string, body?: unknown) => {
  const response = await fetch(host.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  assert.ok(response.ok, JSON.stringify(answer));
  return answer;
};

const run = (...args: string[]) => ends(0, ...args);

async function ends(code: number, ...args: string[]): Promise<string> {
  const result = await ctl(args, { PORT: String(host.port) });
  assert.equal(result.code, code, result.out + result.err);
  return result.out;
}

/** Publishes so many more quotes of test symbols. */
async function publish(count: number): Promise<void> {
  await broker.publish("quotes", quotes(count, 10, published));
  published += count;
}

async function stored(): Promise<number> {
  const [row] =
    await sql`select count(*)::int as n from quotes where symbol ~ '^S[0-9]$'`;
  return row!.n;
}

const allStored = () =>
  eventually(async () => await stored() === published, 60_000);

Deno.test("kafka: what is scanned is stored, and the dashboard, the stream and the health are told", async () => {
  await post("/api/signals/quotes/scan");
  await publish(100);
  await allStored();
  const page = await fetch(host.url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /AAPL/);
  const latest = await get("/api/signals/quotes/latest?symbol=S3");
  assert.equal(latest.values[0].at, quotes(100)[93]!.attributes.time);
  await eventually(async () => {
    const stream = await get("/api/streams/quotes");
    const [group] = stream.groups;
    return stream.broker === "kafka" && stream.depth >= 102 &&
      group.group === "quotes" && group.lag === 0 && group.pending === 0 &&
      group.consumers === 1;
  });
  const health = await get("/readyz");
  assert.equal(health.ready, true);
  assert.match(health.durability.loss_window, /30 s/);
  assert.match(health.durability.warnings.join(), /one replica/);
});

Deno.test("kafka: garbage becomes a dead letter, and the stream goes on", async () => {
  const [good] = quotes(1, 1);
  await broker.publish("quotes", [{ ...good!, key: "S0", data: "{garbage" }]);
  await publish(20);
  await allStored();
  const { dead_letters } = await eventually(async () => {
    const found = await get("/api/dead-letters");
    return found.dead_letters.length === 1 && found;
  });
  assert.equal(dead_letters[0].reason, "decode");
  const whole = await get(`/api/dead-letters/${dead_letters[0].id}`);
  assert.equal(whole.message.data, "{garbage");
  // Still garbage: it fails again, and stays the one letter that it was.
  const told = await ends(1, "redrive", dead_letters[0].id);
  assert.match(told, /^1 redriven, 0 handled, 1 failed again\n.*: decode: /);
  const again = (await get("/api/dead-letters")).dead_letters;
  assert.deepEqual(
    again.map((one: { id: string; state: string }) => [one.id, one.state]),
    [[dead_letters[0].id, "failed-again"]],
  );
});

Deno.test("kafka: a replay, of the API or of ctl, mends the database and moves no group", async () => {
  const { events } = await get(
    "/api/streams/quotes/events?limit=1000&order=oldest",
  );
  const own = events.filter((event: { key: string }) =>
    /^S\d$/.test(event.key)
  );
  await sql`delete from quotes`;
  const [from, to] = [own[10], own[29]];
  await post("/api/streams/quotes/replay", {
    from: from.position,
    to: to.position,
  });
  await eventually(async () =>
    (await get("/api/streams/quotes/replay")).state === "done"
  );
  assert.equal(await stored(), 20);
  const since = new Date(Date.parse(events[0].stored_at) - 1000);
  // The garbage is in the window too, both times that it was sent.
  const out = await ends(1, "replay", "quotes", "--from", since.toISOString());
  assert.match(
    out,
    new RegExp(`^${events.length} events replayed, 2 of them failed`),
  );
  await allStored();
  assert.equal((await get("/api/streams/quotes")).groups[0].lag, 0);
  await run("delete-dead-letters", "--all");
});

Deno.test("kafka: ctl tells status, pending and what the doctor finds", async () => {
  assert.match(await run("status"), /quotes\s+running/);
  assert.match(await run("pending", "quotes"), /nothing is pending/);
  assert.match(await run("claim", "quotes"), /^0 entries/);
  // What the test before left may be told for a moment more.
  const doctor = await eventually(async () => {
    const found = await run("doctor");
    return /is ready/.test(found) ? found : "";
  });
  assert.match(doctor, /a power cut may lose up to about 30 s/);
  assert.doesNotMatch(doctor, /^problem/m);
});

Deno.test("kafka: a paused signal reads nothing, is counted as behind, and goes on where it was", async () => {
  await run("pause", "quotes");
  await publish(700);
  await eventually(async () =>
    (await get("/api/actors/quotes")).lag === 700 &&
    (await get("/readyz")).ready
  );
  assert.equal(await stored(), published - 700);
  await run("resume", "quotes");
  await allStored();
});

Deno.test("kafka: an isolate that is restarted comes back as the same member, within a moment", async () => {
  const before = (await get("/api/actors/quotes")).isolates[0].consumer;
  const began = performance.now();
  await run("restart", "quotes");
  await publish(10);
  await allStored();
  const took = performance.now() - began;
  assert.ok(took < 9_000, `${took} ms: it waited for a session to end`);
  const { isolates } = await get("/api/actors/quotes");
  assert.equal(isolates[0].consumer, before);
  assert.equal((await get("/api/streams/quotes")).groups[0].consumers, 1);
});

Deno.test("kafka: two hosts share the group, and one takes over when the other is killed in mid-batch", async () => {
  const other = await startHost({ env });
  try {
    await eventually(async () =>
      (await get("/api/streams/quotes")).groups[0].consumers === 2
    );
    await publish(2_000);
    await allStored();
    const handled = async (of: Host) =>
      (await get("/api/actors/quotes", of)).isolates[0].handled;
    await eventually(async () => await handled(other) > 0, 5_000);
    // Their handlers wait for the table while both have a batch in hand.
    await sql.begin(async (sql) => {
      await sql`lock table quotes in access exclusive mode`;
      await publish(1_000);
      await eventually(async () => {
        const [row] = await sql`
          select count(*)::int as n from pg_locks
          where relation = 'quotes'::regclass and not granted`;
        return row!.n >= 2;
      });
      await other.kill();
    });
    await allStored();
    await eventually(async () => {
      const [group] = (await get("/api/streams/quotes")).groups;
      return group.consumers === 1 && group.lag === 0 && group.pending === 0;
    });
    assert.deepEqual((await get("/api/dead-letters")).dead_letters, []);
  } finally {
    await other.kill();
  }
});

Deno.test("kafka: while the broker is away the pages answer and say so, and afterwards all goes on", async () => {
  await kafka.kill();
  await eventually(async () => {
    const response = await fetch(`${host.url}/readyz`);
    const { reasons } = await response.json();
    return response.status === 503 && /roker/.test(reasons.join());
  });
  for (const path of ["/api/streams/quotes", "/api/streams/quotes/events"]) {
    const response = await fetch(host.url + path);
    const { detail } = await response.json();
    assert.equal(response.status, 503, detail);
  }
  const page = await fetch(host.url);
  assert.equal(page.status, 200);
  await page.body?.cancel();
  await kafka.restart();
  await publish(100);
  await allStored();
  await eventually(async () => (await get("/readyz")).ready);
});

Deno.test("kafka: a host that is stopped drains and leaves the groups", async () => {
  await publish(1_000);
  assert.equal(await host.stop(), 0, host.log());
  const groups = await broker.groups("quotes");
  const group = groups.find(({ group }) => group === "quotes");
  assert.equal(group!.consumers, 0);
  assert.equal(await stored() + group!.lag!, published);
});
