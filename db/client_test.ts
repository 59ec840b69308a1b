import assert from "node:assert/strict";
import { postgresServer } from "../tests/support/servers.ts";
import { patiently } from "../wait.ts";
import {
  connectDatabase,
  databaseHost,
  isBadData,
  isUnavailable,
  redactDatabaseUrl,
} from "./client.ts";
import { migratedDatabase } from "../tests/support/database.ts";

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

Deno.test("a database that takes a connection and says nothing is unavailable, as soon as one that is silent later", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const conn of silent) taken.push(conn);
  })();
  const url = `postgres://me@127.0.0.1:${silent.addr.port}/x`;
  const sql = connectDatabase(url, { max: 1, silenceMs: 300 });
  const began = performance.now();
  const error = await failureOf(sql`select 1`.execute());
  assert.ok(performance.now() - began < 4_000, "not after the 5 s of a start");
  assert.ok(isUnavailable(error), String(error));
  silent.close();
  taken.forEach((conn) => conn.close());
  await Promise.all([taking, sql.end({ timeout: 0 })]);
});

Deno.test("a password never shows", () => {
  for (
    const url of [
      "postgres://me:s3cret@db:5432/x",
      "postgresql://me:s3cret@a:1,b:2/x",
      "postgres://me:s3cr@t/s3cret@db/x",
      "postgres://:s3cret@db",
      "postgres://db/x?user=me&password=s3cret",
    ]
  ) {
    assert.doesNotMatch(redactDatabaseUrl(url), /s3cr/, url);
    assert.match(redactDatabaseUrl(url), /db|a:1/, url);
  }
  const plain = "postgres://me@db:5432/x?sslmode=require";
  assert.equal(redactDatabaseUrl(plain), plain);
});

Deno.test("the host has its port, and the default one if none is written", () => {
  assert.equal(databaseHost("postgres://me:p@ss@db:6000/x"), "db:6000");
  assert.equal(databaseHost("postgresql://db/x?a=b@c"), "db:5432");
  assert.equal(databaseHost("postgres:///x"), "localhost:5432");
  assert.equal(databaseHost("postgres://a:1,b/x"), "a:1,b:5432");
  assert.equal(databaseHost("postgres://[::1]:5433/x"), "[::1]:5433");
});

Deno.test("what is no database URL is refused, without its password", () => {
  assert.throws(
    () => databaseHost("mysql://me:s3cret@db"),
    (error: Error) =>
      /write postgres:/.test(error.message) && !/s3cret/.test(error.message),
  );
});
