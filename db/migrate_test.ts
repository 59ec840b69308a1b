import assert from "node:assert/strict";
import { testDatabase } from "../tests/support/servers.ts";
import { connectDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";

async function withFolder(
  test: (
    tools: {
      sql: ReturnType<typeof connectDatabase>;
      url: string;
      write: (name: string, text: string) => Promise<void>;
      dir: URL;
    },
  ) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  const database = await testDatabase();
  const sql = connectDatabase(database.url);
  try {
    await test({
      sql,
      url: database.url,
      write: (name, text) => Deno.writeTextFile(`${path}/${name}`, text),
      dir: new URL(`file://${path}/`),
    });
  } finally {
    await sql.end();
    await database.drop();
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("files are applied once, in the order of their numbers", () =>
  withFolder(async ({ sql, write, dir }) => {
    await write("mod.ts", "not sql");
    await write("schema.10.sql", "alter table t add column c int");
    await write("schema.2.sql", "alter table t add column b int; select 1;");
    await write("schema.sql", "create table t (a int)");
    assert.deepEqual(await migrate(sql, "prices", dir), [
      "prices/schema.sql",
      "prices/schema.2.sql",
      "prices/schema.10.sql",
    ]);
    assert.deepEqual(await migrate(sql, "prices", dir), []);
    assert.deepEqual((await sql`select * from t`).columns.map((c) => c.name), [
      "a",
      "b",
      "c",
    ]);
  }));

Deno.test("several hosts may start at once", () =>
  withFolder(async ({ url, write, dir }) => {
    await write("0001_t.sql", "select pg_sleep(0.1); create table t (a int)");
    await write("0002_more.sql", "alter table t add column b int");
    const hosts = [1, 2, 3, 4].map(() => connectDatabase(url, { max: 1 }));
    const applied = await Promise.all(
      hosts.map((sql) => migrate(sql, "prices", dir)),
    );
    assert.deepEqual(applied.flat().sort(), [
      "prices/0001_t.sql",
      "prices/0002_more.sql",
    ]);
    await Promise.all(hosts.map((sql) => sql.end()));
  }));

Deno.test("a file that fails leaves nothing behind, and is named", () =>
  withFolder(async ({ sql, write, dir }) => {
    await write("schema.sql", "create table t (a int); create tabel u (b int)");
    await assert.rejects(
      migrate(sql, "prices", dir),
      /prices\/schema\.sql failed: syntax error at or near "tabel"/,
    );
    const tables = await sql`select from pg_class where relname = 't'`;
    assert.equal(tables.length, 0);
    await write("schema.sql", "create table t (a int)");
    assert.deepEqual(await migrate(sql, "prices", dir), ["prices/schema.sql"]);
  }));

Deno.test("a file changed after it was applied is refused, with the way out", () =>
  withFolder(async ({ sql, write, dir }) => {
    await write("schema.sql", "create table t (\n  a int\n)");
    await migrate(sql, "prices", dir);
    await write("schema.sql", "create table t (\r\n  a int\r\n)");
    assert.deepEqual(await migrate(sql, "prices", dir), []);
    await write("schema.sql", "create table t (a bigint)");
    await assert.rejects(
      migrate(sql, "prices", dir),
      /prices\/schema\.sql was changed .* restore it, .* \(schema\.2\.sql,/,
    );
  }));

Deno.test("two files with one number are refused", () =>
  withFolder(async ({ sql, write, dir }) => {
    await write("0001_a.sql", "select 1");
    await write("0001_b.sql", "select 1");
    await assert.rejects(migrate(sql, "prices", dir), /have the same number/);
  }));

Deno.test("a release that is older than the database is refused, and told which file is newer", () =>
  withFolder(async ({ sql, write, dir }) => {
    await write("0001_t.sql", "create table t (a int)");
    await write("0002_more.sql", "alter table t add column b int");
    await migrate(sql, "core", dir);
    await Deno.remove(new URL("0002_more.sql", dir));
    await assert.rejects(
      migrate(sql, "core", dir),
      /NewerSchemaError: this database .* core\/0002_more.sql was applied to it, and core\/0001_t.sql is/,
    );
    // What another scope has says nothing about this one.
    assert.deepEqual(
      await migrate(sql, "prices", dir).catch(String),
      'error: prices/0001_t.sql failed: relation "t" already exists'.replace(
        "error",
        "Error",
      ),
    );
  }));
