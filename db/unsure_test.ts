import assert from "node:assert/strict";
import { migratedDatabase } from "../tests/support/database.ts";
import { createUnsure } from "./unsure.ts";
import { createWatchlist } from "./watchlist.ts";

Deno.test("each symbol is asked about by one host, the unconfirmed first, and once a day", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const unsure = createUnsure(database.sql);
  await watchlist.add("AAPL", { name: "Apple Inc", confirmed: true });
  await watchlist.add("MSFT", { confirmed: true });
  await watchlist.add("NOPE");
  await unsure.tell("AAPL", { currency: "USD" });
  const claims = await Promise.all([1, 2, 3].map(() => unsure.claim(1)));
  assert.deepEqual(
    claims.flat().map(({ symbol }) => symbol).sort(),
    ["MSFT", "NOPE"],
  );
  await unsure.tell("MSFT", { name: "Microsoft Corp" });
  await unsure.tell("NOPE", { exists: false });
  assert.deepEqual(await unsure.claim(5), []);
  assert.deepEqual(await unsure.unconfirmed(), ["NOPE"]);
  const [, microsoft, nope] = await watchlist.list();
  assert.equal(microsoft?.name, "Microsoft Corp");
  assert.match(nope!.unknown_since!, /^\d{4}-.*Z$/);
  await unsure.confirm(["NOPE"]);
  const [, , there] = await watchlist.list();
  assert.deepEqual([there?.confirmed, there?.unknown_since], [true, null]);
});

Deno.test("what a second adding knows is kept beside what the first knew", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  await watchlist.add("TSLA");
  await createUnsure(database.sql).tell("TSLA", { exists: false });
  await watchlist.add("TSLA", { name: "Tesla Inc" });
  const [first] = await watchlist.list();
  assert.equal(first?.name, "Tesla Inc");
  assert.notEqual(first?.unknown_since, null);
  await watchlist.add("TSLA", { confirmed: true });
  const [second] = await watchlist.list();
  assert.deepEqual(
    [second?.name, second?.confirmed, second?.unknown_since],
    ["Tesla Inc", true, null],
  );
});
