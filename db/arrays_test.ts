import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect, createServer } from "node:net";
import postgres from "postgres";
import { testDatabase } from "../tests/support/servers.ts";
import { connectDatabase } from "./client.ts";
import { arrayTypes } from "./arrays.ts";

const odd = [
  "",
  "null",
  'a "quoted" one',
  "back\\slash",
  "{curly}, comma",
  " é\n",
];

Deno.test("arrays are known before the server has told of any", async () => {
  const database = await testDatabase();
  const sql = postgres(database.url, {
    max: 1,
    fetch_types: false,
    types: arrayTypes,
    onnotice: () => {},
  });
  try {
    const at = new Date("2026-11-27T06:00:00.000Z");
    const [row] = await sql`
      select ${odd}::text[] as texts, ${[1, null, -2]}::int4[] as ints,
        ${[0.1, 1e300]}::float8[] as floats,
        ${["9007199254740993"]}::bigint[] as large,
        array[true, false] as truths,
        ${[at.toISOString()]}::timestamptz[] as instants,
        ${[[1, 2], [3, 4]]}::int4[] as nested, ${[]}::text[] as none,
        ${[{ a: 'b"' }] as never}::jsonb[] as documents,
        ${["2026-11-01"]}::date[] as days`;
    assert.deepEqual({ ...row }, {
      texts: odd,
      ints: [1, null, -2],
      floats: [0.1, 1e300],
      large: ["9007199254740993"],
      truths: [true, false],
      instants: [at],
      nested: [[1, 2], [3, 4]],
      none: [],
      documents: [{ a: 'b"' }],
      days: [new Date("2026-11-01")],
    });
  } finally {
    await sql.end();
    await database.drop();
  }
});

Deno.test("a pool of ours knows arrays by itself, and learns those of other types", async () => {
  const database = await testDatabase();
  const sql = connectDatabase(database.url, { max: 1 });
  try {
    assert.ok(1009 in sql.options.serializers, "before it has a connection");
    await sql`create type mood as enum ('well', 'ill')`;
    await sql.end();
    const again = connectDatabase(database.url, { max: 1 });
    await again`select 1`;
    const [row] = await again`
      select ${["ill"]}::mood[] as moods, ${
      again.array(["well"])
    }::mood[] as more,
        array['\\xc3a9'::bytea] as bytes`;
    assert.deepEqual([row!.moods, row!.more], [["ill"], ["well"]]);
    assert.deepEqual(row!.bytes, [Buffer.from("é")]);
    await again.end();
  } finally {
    await database.drop();
  }
});

Deno.test("a connection that is lost as soon as it stands fails what was asked over it, and nothing else", async () => {
  const database = await testDatabase();
  const { hostname, port } = new URL(database.url);
  let connections = 0;
  // The first one looks at the server, and is let through.
  const way = createServer((client) => {
    const isLost = ++connections > 1;
    const server = connect(Number(port), hostname);
    client.pipe(server);
    client.on("error", () => {}).on("close", () => server.destroy());
    server.on("error", () => {}).on("close", () => client.destroy());
    server.on("data", (chunk) => {
      client.write(chunk);
      // It is ready for a question.
      if (isLost && chunk.at(-6) === "Z".charCodeAt(0)) {
        client.on("data", () => client.destroy());
      }
    });
  });
  await new Promise<void>((done) => way.listen(0, "127.0.0.1", done));
  const url = new URL(database.url);
  url.port = String((way.address() as { port: number }).port);
  const sql = connectDatabase(url.href, { max: 1 });
  try {
    await assert.rejects(
      sql`select 1`.execute(),
      /CONNECTION_CLOSED|ECONNRESET/,
    );
    assert.equal(connections, 2);
  } finally {
    await sql.end({ timeout: 0 });
    way.close();
    await database.drop();
  }
});
