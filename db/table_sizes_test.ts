import assert from "node:assert/strict";
import { migratedDatabase } from "../tests/support/database.ts";
import { createTableSizes } from "./table_sizes.ts";

Deno.test("what a table takes and how it grows is told from sizes recorded every hour", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const sizes = createTableSizes(sql);
  await sizes.record();
  await sizes.record();
  const once = await sql`
    select table_name from table_sizes group by 1 having count(*) > 1`;
  assert.equal(once.count, 0, "once an hour");
  const first = await sizes.read();
  assert.equal(first.bytes_per_day, null);
  await sql`update table_sizes set at = now() - interval '12 hours'`;
  await sql`
    insert into quotes (symbol, at, price)
    select 'A', now() - n * interval '1 minute', 1 from generate_series(1, 5000) n`;
  await sql`analyze quotes`;
  const { bytes, bytes_per_day, since, tables } = await sizes.read();
  const [largest] = tables;
  assert.deepEqual([largest?.table, largest?.rows], ["quotes", 5_000]);
  assert.ok(largest!.bytes > 400_000 && bytes > largest!.bytes);
  const before = first.tables.find(({ table }) => table === "quotes")!.bytes;
  const grown = 2 * (largest!.bytes - before);
  assert.ok(Math.abs(largest!.bytes_per_day! / grown - 1) < 0.01);
  assert.ok(bytes_per_day! >= largest!.bytes_per_day!);
  assert.ok(Math.abs(Date.now() - Date.parse(since!) - 43_200_000) < 60_000);
  await sql`update table_sizes set at = now() - interval '8 days'`;
  await sizes.record();
  const [row] = await sql`select count(*)::int as old from table_sizes
    where at < now() - interval '1 day'`;
  assert.equal(row!.old, 0, "for a week");
});
