import assert from "node:assert/strict";
import { daysLeft, freeBytes, size, storageTexts } from "./storage.ts";

Deno.test("sizes are told in three figures at most", () => {
  const told = [0, 999, 1_000, 12_345, 999_600, 3.456e9, 2e13].map(size);
  assert.deepEqual(told, [
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "12.3 kB",
    "1.0 MB",
    "3.5 GB",
    "20.0 TB",
  ]);
});

Deno.test("large tables are told one by one, small ones together, with their growth", () => {
  const storage = {
    bytes: 1.2e9,
    bytes_per_day: 5e6,
    since: "2026-01-30T14:30:00.000Z",
    tables: [
      { table: "quotes", bytes: 1.1e9, rows: 1e7, bytes_per_day: 6e6 },
      { table: "news", bytes: 2e6, rows: null, bytes_per_day: -1e6 },
      { table: "lists", bytes: 40_000, rows: 3, bytes_per_day: 0 },
      { table: "alerts", bytes: 30_000, rows: 3, bytes_per_day: null },
    ],
  };
  assert.deepEqual(storageTexts(storage), [
    "the database takes 1.2 GB, grows 5.0 MB a day since 2026-01-30T14:30Z",
    "table quotes takes 1.1 GB, about 10,000,000 rows, grows 6.0 MB a day",
    "table news takes 2.0 MB, rows not counted yet, shrinks 1.0 MB a day",
    "2 small tables take 70.0 kB together",
  ]);
  assert.equal(daysLeft(1e9, storage), 200);
  assert.equal(daysLeft(1e9, { bytes_per_day: -1 }), null);
  assert.equal(daysLeft(1e9, { bytes_per_day: null }), null);
});

Deno.test("room is told of a folder that is there", async () => {
  assert.ok((await freeBytes("."))! > 0);
  assert.equal(await freeBytes("/is/not/there"), null);
});
