/** What other programs do to our streams: read them with groups of their own. */
import assert from "node:assert/strict";
import type { TrimLimits } from "../broker/broker.ts";
import { messages } from "./conformance/fixture.ts";
import { type RedisFixture, redisTests } from "./conformance/redis_fixture.ts";

const test = redisTests();

/** Our own group reads and acknowledges `count` messages; the foreign one is made before, and stands still. */
async function readBesideForeign(fixture: RedisFixture, count: number) {
  const broker = await fixture.connect();
  const { topic, raw, stream, group } = fixture;
  await raw.xgroup("CREATE", stream, "other's", "0", "MKSTREAM");
  await broker.publish(topic, messages(count));
  const taken = await fixture.ghost("c", count);
  await raw.xack(stream, group, ...taken);
  return { broker, taken };
}

test("a foreign group is told with its lag and the command that removes it", async (fixture) => {
  const { broker } = await readBesideForeign(fixture, 30);
  const { topic, raw, stream } = fixture;
  await raw.xgroup("CREATE", stream, topic, "0");
  const groups = await broker.groups(topic);
  assert.deepEqual(
    groups.map(({ group, lag, removed_by }) => [group, lag, removed_by]),
    [
      [topic, 30, `redis-cli XGROUP DESTROY ${stream} ${topic}`],
      ["other's", 30, `redis-cli XGROUP DESTROY ${stream} 'other'\\''s'`],
      [topic, 0, null],
    ],
  );
});

test("a foreign group that stands still stops trimming, unless it is bounded", async (fixture) => {
  const { broker, taken } = await readBesideForeign(fixture, 5000);
  const { topic, raw, stream } = fixture;
  await raw.xgroup("CREATE", stream, "reads along", "$");
  const passed: string[] = [];
  const trim = (limits: Partial<TrimLimits>) =>
    broker.trim(topic, {
      maxLength: 100,
      maxAgeMs: 3_600_000,
      onPassedOver: (group) => passed.push(group),
      ...limits,
    });
  assert.equal(await trim({}), 0);
  assert.equal(await trim({ foreignLimit: 5000 }), 0);
  assert.deepEqual(passed, []);
  assert.equal(await trim({ foreignLimit: 2200 }), 2800);
  assert.deepEqual(passed, ["other's"]);
  assert.equal(await trim({ foreignLimit: 2200 }), 0);
  assert.equal(await trim({ foreignLimit: 50 }), 2100, "to the other limit");
  assert.equal(await trim({ foreignLimit: 40, maxAgeMs: 0 }), 60, "too old");
  assert.deepEqual(passed, Array(3).fill("other's"), "once for each trim");
  await raw.xgroup("SETID", stream, "other's", taken.at(-1)!);
  assert.equal(await trim({ foreignLimit: 50, maxLength: 10 }), 30);
  assert.equal(passed.length, 3, "it has read everything");
});

test("nothing that our own group has not acknowledged is trimmed over a foreign one", async (fixture) => {
  const broker = await fixture.connect();
  const { topic, raw, stream, group } = fixture;
  const limits = { maxLength: 0, maxAgeMs: 0, foreignLimit: 1 };
  await broker.publish(topic, messages(100));
  await raw.xgroup("CREATE", stream, "other", "0");
  assert.equal(await broker.trim(topic, limits), 0, "without a group of ours");
  const taken = await fixture.ghost("c", 60);
  await raw.xack(stream, group, ...taken.slice(0, 40), ...taken.slice(41));
  assert.equal(await broker.trim(topic, limits), 40);
  await raw.xack(stream, group, taken[40]!);
  assert.equal(await broker.trim(topic, limits), 20);
  const [first] = await broker.read(topic, { limit: 1 });
  assert.equal(first!.attributes.id, "K0:60", "the first unread one");
});
