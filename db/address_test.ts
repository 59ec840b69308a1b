import assert from "node:assert/strict";
import { databaseHost, redactDatabaseUrl } from "./address.ts";

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
