import assert from "node:assert/strict";
import { postgresServer, testRedis } from "../tests/support/servers.ts";
import { patiently } from "../wait.ts";
import {
  connectDatabase,
  isBadData,
  isSystemFault,
  isUnavailable,
} from "./client.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { Redis } from "ioredis";

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => assert.fail("it should have failed"), (error) => error);

Deno.test("a database that is not there is unavailable", async () => {
  const sql = connectDatabase("postgres://nobody:secret@127.0.0.1:1/none");
  const error = await failureOf(sql`select 1`.execute());
  assert.ok(isUnavailable(error));
  assert.ok(isUnavailable(new Error("wrapped", { cause: error })));
  assert.ok(!isBadData(error));
  assert.ok(!String(error).includes("secret"));
  await sql.end();
});

Deno.test("values that PostgreSQL refuses are bad data, and nothing else is", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const bad = [
    sql`select ${"a\0b"}::text`,
    sql`select 'no time'::timestamptz`,
    sql`insert into watchlist (symbol) values (null)`,
  ];
  for (const query of bad) {
    const error = await failureOf(query.execute());
    assert.ok(isBadData(error), String(error));
    assert.ok(!isUnavailable(error));
  }
  const missing = await failureOf(sql`select * from nowhere`.execute());
  assert.ok(!isBadData(missing) && !isUnavailable(missing));
});

Deno.test("a connection ended by the server is unavailable, and the next query works", async () => {
  await using database = await migratedDatabase();
  const { url, sql } = database;
  const victim = connectDatabase(url, { max: 1, name: "victim" });
  const asleep = failureOf(victim`select pg_sleep(20)`.execute());
  const end = () =>
    sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'victim' and query like '%pg_sleep%'`;
  while ((await end()).count === 0);
  assert.ok(isUnavailable(await asleep));
  await patiently(() => victim`select 1`, { isUnavailable });
  await victim.end();
});

Deno.test("a database that takes no connections for now is unavailable", async () => {
  await using database = await migratedDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const server = connectDatabase(await postgresServer(), { max: 1 });
  await server.unsafe(`alter database ${name} allow_connections false`);
  const refused = connectDatabase(database.url, { max: 1 });
  const error = await failureOf(refused`select 1`.execute());
  assert.ok(isUnavailable(error), String(error));
  // The same code from a session that goes on is no such thing.
  const wrong = await failureOf(server`select lastval()`.execute());
  assert.equal((wrong as { code?: string }).code, "55000");
  assert.ok(!isUnavailable(wrong));
  await server.unsafe(`alter database ${name} allow_connections true`);
  await Promise.all([refused.end(), server.end()]);
});

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
  for (const code of ["42P01", "42703", "42501"]) {
    assert.ok(isSystemFault(Object.assign(new Error("x"), { code })), code);
  }
  for (
    const text of ["NOAUTH Authentication required.", "WRONGTYPE Operation"]
  ) {
    assert.ok(isSystemFault(new Error("wrapped", { cause: new Error(text) })));
  }
  const badData = Object.assign(new Error("x"), { code: "22003" });
  for (const error of [badData, new Error("a bug"), new TypeError("x")]) {
    assert.ok(!isSystemFault(error));
  }
});
