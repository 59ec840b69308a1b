import assert from "node:assert/strict";
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

Deno.test("a pool of ours knows arrays by itself, and asks for those of other types", async () => {
  const database = await testDatabase();
  const sql = connectDatabase(database.url, { max: 1 });
  try {
    assert.ok(1009 in sql.options.serializers, "before it has a connection");
    await sql`create type mood as enum ('well', 'ill')`;
    await sql.end();
    const again = connectDatabase(database.url, { max: 1 });
    await again`select 1`;
    const [row] = await again`select ${["ill"]}::mood[] as moods`;
    assert.deepEqual(row!.moods, ["ill"]);
    await again.end();
  } finally {
    await database.drop();
  }
});
