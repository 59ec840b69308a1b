/** The move from Redis to Kafka and back, as an operator makes it. */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { Broker } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { freePort } from "../../dev/server.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { testDatabase, testRedis } from "../support/servers.ts";
import { ctl, killCtlWhen } from "../support/ctl.ts";
import { quotes } from "./quotes.ts";
import { type KafkaServer, startKafka } from "./server.ts";

interface Bench {
  readonly kafka: KafkaServer;
  readonly redisUrl: string;
  readonly onRedis: Broker;
  readonly onKafka: Broker;
  readonly sql: Sql;
  /** Starts the application; it is killed after the test, if it still runs. */
  start(more?: Record<string, string>): Promise<Host>;
}

async function bench(run: (bench: Bench) => Promise<void>): Promise<void> {
  const [kafka, database, redis] = await Promise.all([
    startKafka(),
    testDatabase(),
    testRedis(),
  ]);
  const [onRedis, onKafka] = await Promise.all(
    [redis, kafka].map(({ url }) => connectBroker(url)),
  ) as [Broker, Broker];
  const sql = postgres(database.url, { max: 1 });
  const hosts: Host[] = [];
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    WATCHLIST: "AAPL",
    SCHEDULE_QUOTES: "0 0 1 1 *",
  };
  const start = async (more: Record<string, string> = {}) => {
    const host = await startHost({ env: { ...env, ...more } });
    hosts.push(host);
    return host;
  };
  try {
    await run({ kafka, redisUrl: redis.url, onRedis, onKafka, sql, start });
  } finally {
    await Promise.all(hosts.map((host) => host.kill()));
    await Promise.all([onRedis.close(), onKafka.close()]);
    await sql.end();
    await Promise.all([kafka.stop(), redis.stop(), database.drop()]);
  }
}

const nobody = { PORT: String(freePort()) };

const group = async (broker: Broker) =>
  (await broker.groups("quotes")).find(({ group }) => group === "quotes")!;

const idsOf = (messages: readonly { attributes: Record<string, string> }[]) =>
  messages.map(({ attributes }) => attributes.id!);

async function storedIds(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select symbol, at from quotes where symbol ~ '^S[0-9]$'`;
  return rows.map(({ symbol, at }) => `${symbol}:${at.toISOString()}`).sort();
}

const post = async (host: Host, path: string) => {
  const response = await fetch(host.url + path, { method: "POST" });
  await response.body?.cancel();
  assert.ok(response.ok);
};

Deno.test("a system killed on Redis goes on on Kafka, and back again, with every row once", () =>
  bench(async ({ kafka, redisUrl, onRedis, onKafka, sql, start }) => {
    // A short lease, so that nobody waits for it when its holder is dead.
    const first = await start({ CLAIM_AFTER_MS: "2000" });
    await onRedis.publish("quotes", quotes(100));
    await eventually(async () => (await storedIds(sql)).length === 100);

    // Its handler waits for the table when it is killed: the one half in hand, the other unread.
    await sql.begin(async (sql) => {
      await sql`lock table quotes in access exclusive mode`;
      await post(first, "/api/actors/quotes/pause"); // so that it reads whole batches
      await onRedis.publish("quotes", quotes(10_000, 10, 100));
      await post(first, "/api/actors/quotes/resume");
      await eventually(async () => (await group(onRedis)).pending >= 500);
      const refused = await ctl(
        ["migrate", "--from", redisUrl, "--to", kafka.url],
        { PORT: String(first.port) },
      );
      assert.equal(refused.code, 1);
      assert.match(refused.err, /Signalbox is running at .*: stop it first/);
      await first.kill();
    });
    const left = await group(onRedis);
    assert.ok(left.pending >= 500 && left.lag! > 0, Deno.inspect(left));
    assert.equal(left.pending + left.lag!, 10_000);

    const there = await ctl(["migrate", "--from", "redis", "--to", kafka.url], {
      ...nobody,
      REDIS_URL: redisUrl,
    });
    assert.equal(there.code, 0, there.err);
    assert.match(there.out, /^quotes: 10000 entries moved$/m);
    const emptied = await group(onRedis);
    assert.deepEqual([emptied.lag, emptied.pending], [0, 0]);
    const moved = await onKafka.read("quotes", { limit: 20_000 });
    for (let n = 0; n < 10; n++) {
      const ofKey = (each: { key: string }) => each.key === `S${n}`;
      assert.deepEqual(
        idsOf(moved.filter(ofKey)),
        idsOf(quotes(10_000, 10, 100).filter(ofKey)),
      );
    }

    const second = await start({ BROKER_URL: kafka.url });
    await eventually(async () => (await storedIds(sql)).length === 10_100);
    assert.deepEqual(await storedIds(sql), idsOf(quotes(10_100)).sort());
    await eventually(async () => {
      const { lag, pending } = await group(onKafka);
      return lag === 0 && pending === 0;
    });

    await post(second, "/api/actors/quotes/pause");
    await onKafka.publish("quotes", quotes(500, 10, 10_100));
    assert.equal(await second.stop(), 0, second.log());
    const back = await ctl(["migrate", "--from", "kafka", "--to", "redis"], {
      ...nobody,
      REDIS_URL: redisUrl,
      BROKER_URL: kafka.url,
    });
    assert.equal(back.code, 0, back.err);
    assert.match(back.out, /^quotes: 500 entries moved$/m);
    assert.equal((await group(onKafka)).lag, 0);

    const third = await start();
    await post(third, "/api/actors/quotes/resume");
    await eventually(async () => (await storedIds(sql)).length === 10_600);
    assert.deepEqual(await storedIds(sql), idsOf(quotes(10_600)).sort());
    const dead = await (await fetch(`${third.url}/api/dead-letters`)).json();
    assert.deepEqual(dead.dead_letters, []);
    const latest = await (await fetch(
      `${third.url}/api/signals/quotes/latest?symbol=S7`,
    )).json();
    assert.equal(latest.values[0].at, quotes(10_600)[10_597]!.attributes.time);
    assert.equal(await third.stop(), 0, third.log());
  }));

Deno.test("a move of 100,000 entries that is killed in its midst goes on where it was, in order", () =>
  bench(async ({ kafka, redisUrl, onRedis, onKafka }) => {
    const count = 100_000;
    const sent = quotes(count);
    for (let i = 0; i < count; i += 5_000) {
      await onRedis.publish("quotes", sent.slice(i, i + 5_000));
    }
    const move = ["migrate", "--from", redisUrl, "--to", kafka.url];
    const noted = await killCtlWhen(/(\d+) of 100000 moved/, move, nobody);
    const before = Number.parseInt(noted);
    assert.ok(before < count, "it was over before it was killed");
    const began = performance.now();
    const again = await ctl(move, nobody);
    const took = performance.now() - began;
    assert.equal(again.code, 0, again.err);
    assert.ok(took < 60_000, `${took} ms`);
    const emptied = await group(onRedis);
    assert.deepEqual([emptied.lag, emptied.pending], [0, 0]);

    // What was under way when it was killed is there twice; without repetitions the order is as it was.
    const arrived = new Map<string, Set<string>>();
    await onKafka.replay("quotes", (batch) => {
      for (const { key, attributes } of batch) {
        const seen = arrived.get(key) ?? new Set();
        arrived.set(key, seen.add(attributes.id!));
      }
      return Promise.resolve();
    });
    for (const [key, seen] of arrived) {
      const wanted = idsOf(sent.filter((message) => message.key === key));
      assert.deepEqual([...seen], wanted);
    }
    assert.equal(arrived.size, 10);
    const extra = await onKafka.depth("quotes") - count;
    assert.ok(extra >= 0 && extra <= 1_000, `${extra} entries twice`);
  }));
