import assert from "node:assert/strict";
import {
  claimRedis,
  countUnseenLetters,
  deploymentId,
  ForeignRedisError,
  isEmptied,
  listIncidents,
  type NewIncident,
  noteLettersSeen,
  noteMarkets,
  pausedActors,
  recordIncident,
  setPaused,
} from "./deployment.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { privateRedis } from "../tests/support/redis.ts";

Deno.test("an actor stays paused until it is resumed", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await pausedActors(sql), new Set());
  await setPaused(sql, "quotes", true);
  await setPaused(sql, "quotes", true);
  await setPaused(sql, "news", true);
  await setPaused(sql, "news", false);
  await setPaused(sql, "resumed", false);
  assert.deepEqual(await pausedActors(sql), new Set(["quotes"]));
});

Deno.test("a Redis belongs to one database: another is refused, with the ways out", async () => {
  await using server = await privateRedis();
  await using mine = await migratedDatabase();
  await using other = await migratedDatabase();
  const ours = await deploymentId(mine.sql);
  const theirs = await deploymentId(other.sql);
  await claimRedis(ours, server.redis);
  await claimRedis(ours, server.redis);
  const refused = await claimRedis(theirs, server.redis)
    .then(() => null, (error) => error);
  assert.ok(refused instanceof ForeignRedisError);
  assert.match(refused.message, /REDIS_PREFIX=/);
  const [, key, id] = /redis-cli SET (\S+) (\S+)$/.exec(refused.message)!;
  await server.redis.set(key!, id!);
  await claimRedis(theirs, server.redis);
  await assert.rejects(claimRedis(ours, server.redis), ForeignRedisError);
});

Deno.test("a Redis that knows nothing of a deployment which has run before was emptied", async () => {
  await using server = await privateRedis();
  await using database = await migratedDatabase();
  const { sql } = database;
  const emptied = () => isEmptied(sql, server.redis, ["quotes", "news"]);
  assert.equal(await emptied(), false, "a first start");
  await sql`
    insert into schedules (actor, slot, owner, completed)
    values ('quotes', now(), 'me', now())`;
  assert.equal(await emptied(), true);
  await server.redis.xadd("signalbox:stream:news", "*", "data", "{}");
  assert.equal(await emptied(), false, "of a release that claimed nothing");
  await server.redis.flushall();
  await claimRedis(await deploymentId(sql), server.redis);
  assert.equal(await emptied(), false);
});

Deno.test("dead letters are unseen until somebody looks, and those that come later again", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const bury = (position: string) =>
    sql`insert into dead_letters
      (actor, topic, position, event, reason, error, attempts, excerpt, message)
      values ('quotes', 'quotes', ${position}, ${position}, 'decode', 'no', 1, '', '{}')`;
  await bury("1-0");
  await bury("2-0");
  assert.equal(await countUnseenLetters(sql), 2);
  await noteLettersSeen(sql);
  assert.equal(await countUnseenLetters(sql), 0);
  await bury("3-0");
  assert.equal(await countUnseenLetters(sql), 1);
  await noteLettersSeen(sql);
  assert.equal(await countUnseenLetters(sql), 0);
});

Deno.test("a market is told which others have filled the database before it", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await noteMarkets(sql, ["demo"]), []);
  assert.deepEqual(await noteMarkets(sql, ["demo"]), []);
  assert.deepEqual(await noteMarkets(sql, ["finnhub", "yahoo"]), ["demo"]);
});

const incident: NewIncident = {
  actor: "quotes",
  kind: "group-recreated",
  detail: "made again from 0\0",
  host: "one",
};

Deno.test("the same incident within a minute is counted, others are rows", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  for (let i = 0; i < 3; i++) await recordIncident(sql, incident);
  await recordIncident(sql, { ...incident, actor: null });
  await recordIncident(sql, { ...incident, actor: null });
  await recordIncident(sql, { ...incident, kind: "taken-over" });
  await sql`update incidents set at = now() - interval '2 minutes' where count = 3`;
  await recordIncident(sql, incident);
  const listed = await listIncidents(sql, 10);
  assert.deepEqual(
    listed.map(({ actor, kind, count }) => [actor, kind, count]),
    [
      ["quotes", "group-recreated", 1],
      ["quotes", "taken-over", 1],
      [null, "group-recreated", 2],
      ["quotes", "group-recreated", 3],
    ],
  );
  assert.equal(listed[0]?.detail, "made again from 0\uFFFD");
  assert.match(listed[0]!.at, /^\d{4}-.*\.\d{3}Z$/);
  assert.equal((await listIncidents(sql, 2)).length, 2);
});

Deno.test("the newest thousand are kept", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await sql`
    insert into incidents (kind, detail, host)
    select 'old', n::text, 'one' from generate_series(1, 1500) as n`;
  await recordIncident(sql, incident);
  const listed = await listIncidents(sql, 2000);
  assert.equal(listed.length, 1000);
  assert.equal(listed[0]?.kind, incident.kind);
  assert.equal(listed.at(-1)?.detail, "502");
});
