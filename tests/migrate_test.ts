/** Moving a topic from broker to broker, where something is missing or in the way. */
import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import type { Broker } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import { type Api, UnreachableError } from "../ctl/api.ts";
import { migrate } from "../ctl/migrate.ts";
import { moveTopic } from "../ctl/move_topic.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { collect, eventually, ids, messages } from "./conformance/fixture.ts";
import { exactTimes } from "./support/ctl.ts";
import { testRedis, type TestServer } from "./support/servers.ts";

let server: TestServer;

Deno.test.beforeAll(async () => {
  server = await testRedis();
});

Deno.test.afterAll(() => server.stop());

interface Bench {
  readonly url: string;
  readonly topic: string;
  readonly source: Broker;
  readonly target: Broker;
  readonly redis: Redis;
  readonly remarks: string[];
  move(): Promise<number>;
  /** What the target holds. */
  arrived(): Promise<string[]>;
  /** Reads so many as a consumer that then dies. */
  strand(count: number): Promise<void>;
}

async function bench(run: (bench: Bench) => Promise<void>): Promise<void> {
  const { url } = server;
  const topic = `move-${crypto.randomUUID().slice(0, 8)}`;
  const source = await connectBroker(url, { claimAfterMs: 1_000 });
  const target = await connectBroker("memory:");
  const redis = connectRedis(url);
  const remarks: string[] = [];
  const stream = `signalbox:stream:${topic}`;
  try {
    await run({
      url,
      topic,
      source,
      target,
      redis,
      remarks,
      move: () =>
        moveTopic(source, target, topic, {
          onRemark: (text) => remarks.push(text),
        }),
      arrived: async () => ids(await target.read(topic, { limit: 100_000 })),
      async strand(count) {
        await redis.xgroup(
          ...["CREATE", stream, `signalbox:${topic}`, "0", "MKSTREAM"] as const,
        ).catch(() => {}); // there already
        await redis.xreadgroup(
          ...["GROUP", `signalbox:${topic}`, "dead", "COUNT", count] as const,
          ...["STREAMS", stream, ">"] as const,
        );
      },
    });
  } finally {
    await Promise.all([source.close(), target.close(), disconnectRedis(redis)]);
  }
}

Deno.test("a move takes what is pending with the dead first, then what is unread, and nothing twice", () =>
  bench(async ({ topic, source, strand, move, arrived }) => {
    const sent = messages(1_500, 7);
    await source.publish(topic, sent);
    await strand(900);
    assert.equal(await move(), 1_500);
    assert.deepEqual(await arrived(), ids(sent));
    const [group] = await source.groups(topic);
    assert.deepEqual(
      [group!.lag, group!.pending, group!.consumers],
      [0, 0, 0],
    );
    assert.equal(await move(), 0, "there is nothing left to move");
  }));

Deno.test("a move leaves out what is acknowledged between pending entries", () =>
  bench(async ({ topic, source, redis, strand, move, arrived }) => {
    const sent = messages(1_000);
    await source.publish(topic, sent);
    await strand(1_000);
    const all = await source.read(topic, { limit: 1_000 });
    const done = all.filter((_, n) => n % 3 !== 0).map((one) => one.position);
    await redis.xack(
      `signalbox:stream:${topic}`,
      `signalbox:${topic}`,
      ...done,
    );
    assert.equal(await move(), 334);
    assert.deepEqual(await arrived(), ids(sent.filter((_, n) => n % 3 === 0)));
  }));

Deno.test("a move takes everything that is kept for a group that is not there, as that would", () =>
  bench(async ({ topic, source, move, arrived }) => {
    assert.equal(await move(), 0, "no topic, nothing to move");
    assert.deepEqual(await source.groups(topic), []);
    await source.publish(topic, messages(10));
    assert.equal(await move(), 10);
    assert.deepEqual(await arrived(), ids(messages(10)));
  }));

Deno.test("a move goes past pending entries that somebody has deleted, and says so", () =>
  bench(async ({ topic, source, redis, strand, move, arrived, remarks }) => {
    const sent = messages(300);
    await source.publish(topic, sent);
    await strand(300);
    const all = await source.read(topic, { limit: 300 });
    const gone = [0, 1, 250, 299].map((n) => all[n]!.position);
    await redis.xdel(`signalbox:stream:${topic}`, ...gone);
    assert.equal(await move(), 296);
    const wanted = sent.filter((_, n) => ![0, 1, 250, 299].includes(n));
    assert.deepEqual(await arrived(), ids(wanted));
    assert.match(remarks.join("\n"), /trimmed-while-pending: .*deleted before/);
    assert.equal((await source.groups(topic))[0]!.pending, 0);
  }));

Deno.test("a move says which other groups it leaves behind", () =>
  bench(async ({ topic, source, move, remarks }) => {
    await source.publish(topic, messages(5));
    const seen = collect();
    const other = source.subscribe(topic, "other", seen.handler, {
      consumer: "one",
    });
    await eventually(() => assert.equal(seen.seen.length, 5));
    await other.close();
    assert.equal(await move(), 5);
    assert.match(remarks[0]!, /the group other/);
  }));

Deno.test("a move ends when the new broker does not take something, and nothing is acknowledged", () =>
  bench(async ({ topic, source, target, strand, move, arrived }) => {
    const sent = messages(1_000);
    await source.publish(topic, sent);
    await strand(300);
    const full = {
      ...target,
      publish: (topic: string, some: typeof sent) =>
        some[0]!.attributes.id === "K0:300"
          ? Promise.reject(new Error("its disk is full"))
          : target.publish(topic, some),
    } as Broker;
    await assert.rejects(moveTopic(source, full, topic), /its disk is full/);
    const [group] = await source.groups(topic);
    assert.equal(group!.lag! + group!.pending, 1_000);
    assert.equal(await move(), 1_000);
    const all = await arrived();
    assert.deepEqual([...new Set(all)], ids(sent));
  }));

Deno.test("ctl migrate refuses a broker that keeps nothing", async () => {
  const { url } = server;
  const api = {
    url: "http://127.0.0.1:1",
    ask: () => Promise.reject(new UnreachableError("nobody")),
  };
  await assert.rejects(
    migrate.run([], {
      ...exactTimes,
      api: api as unknown as Api,
      env: {},
      flags: { from: url, to: "memory://" },
      answer: () => {},
      note: () => {},
    }),
    /memory keeps nothing/,
  );
});
