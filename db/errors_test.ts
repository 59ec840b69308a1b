import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { migratedDatabase } from "../tests/support/database.ts";
import { testRedis } from "../tests/support/servers.ts";
import { connectDatabase } from "./client.ts";
import {
  isRedisUnavailable,
  isSystemFault,
  isUnavailable,
  unavailableServer,
} from "./errors.ts";
import { connectRedis, disconnectRedis } from "./redis.ts";

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => assert.fail("it should have failed"), (error) => error);

Deno.test("what a Redis that refuses for now says is unavailable", async () => {
  const server = await testRedis();
  const redis = new Redis(server.url, { retryStrategy: () => null });
  await redis.config("SET", "maxmemory", "1");
  assert.ok(isUnavailable(await failureOf(redis.set("a", "b"))));
  const script = redis.eval("return redis.call('set', 'a', 'b')", 0);
  assert.ok(isUnavailable(await failureOf(script)));
  assert.ok(!isUnavailable(await failureOf(redis.call("NONSENSE"))));
  await server.stop();
  assert.ok(isUnavailable(await failureOf(redis.get("a"))));
  assert.ok(!isUnavailable(new Error("BUSYGROUP Consumer Group name already")));
  assert.ok(isUnavailable(new Error("LOADING Redis is loading the dataset")));
  // As a script of Redis 6.2 fails on a replica, or where the disk is full.
  const inScript =
    "ERR Error running script (call to f_0a1b): @user_script:8: " +
    "@user_script: 8: ";
  for (const why of ["-READONLY You can't write", "-MISCONF Redis is"]) {
    assert.ok(isUnavailable(new Error(inScript + why)));
  }
  assert.ok(!isUnavailable(new Error(`${inScript}-WRONGTYPE Operation`)));
});

Deno.test("a missing table, a missing right and a refused login are nobody's event's fault", () => {
  for (const code of ["42P01", "42703", "42501", "28P01", "3D000"]) {
    assert.ok(isSystemFault(Object.assign(new Error("x"), { code })), code);
  }
  for (
    const text of [
      "NOAUTH Authentication required.",
      "WRONGTYPE Operation",
      "ERR The user executing the script can't run this command or subcommand script: 0344",
      "ERR Error running script (call to f_03): @user_script:13: The user executing the script can't run",
    ]
  ) {
    assert.ok(isSystemFault(new Error("wrapped", { cause: new Error(text) })));
  }
  const quota = new Error(
    'could not extend file "base/5/16384": File too large',
  );
  assert.ok(isSystemFault(Object.assign(quota, { code: "XX000" })));
  const bug = new Error("cache lookup failed for type 1");
  assert.ok(!isSystemFault(Object.assign(bug, { code: "XX000" })));
  const badData = Object.assign(new Error("x"), { code: "22003" });
  for (const error of [badData, new Error("a bug"), new TypeError("x")]) {
    assert.ok(!isSystemFault(error));
  }
});

Deno.test("what PostgreSQL says is not taken for Redis' word", () => {
  const shutdown = Object.assign(new Error("x"), { code: "57P01" });
  const loading = new Error("LOADING Redis is loading the dataset");
  const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  assert.ok(isUnavailable(shutdown) && !isRedisUnavailable(shutdown));
  assert.ok(isUnavailable(loading) && isRedisUnavailable(loading));
  assert.ok(isUnavailable(refused) && isRedisUnavailable(refused));
});

Deno.test("the server that is away is named, by whatever its client fails with", async () => {
  for (const host of ["127.0.0.1:1", "nowhere.invalid"]) {
    const sql = connectDatabase(`postgres://nobody@${host}/none`, { max: 1 });
    const queries = [sql`select 1`.execute(), sql.begin((tx) => tx`select 2`)];
    for (const error of await Promise.all(queries.map(failureOf))) {
      assert.equal(unavailableServer(error), "PostgreSQL", String(error));
    }
    await sql.end();

    const redis = connectRedis(`redis://${host}`);
    const away = await new Promise((heard) => redis.once("error", heard));
    const waiting = failureOf(redis.get("a"));
    await disconnectRedis(redis);
    for (const error of [away, await waiting]) {
      assert.equal(unavailableServer(error), "Redis", String(error));
    }
  }
});

Deno.test("the server is named from a wrapped error; of none, of another, or where all is well, it is not", async () => {
  const named = (error: Error) =>
    unavailableServer(new Error("wrapped", { cause: error }));
  const coded = (code: string) => Object.assign(new Error("x"), { code });
  assert.equal(named(coded("CONNECT_TIMEOUT")), "PostgreSQL");
  assert.equal(named(coded("53300")), "PostgreSQL");
  assert.equal(named(new Error("READONLY You can't write")), "Redis");
  assert.equal(named(coded("ECONNREFUSED")), null, "another client's socket");
  assert.equal(named(coded("22003")), null, "refused values");
  assert.equal(unavailableServer(null), null);
  await using database = await migratedDatabase();
  const missing = await failureOf(
    database.sql`select * from nowhere`.execute(),
  );
  assert.equal(unavailableServer(missing), null, "the database is there");
});
