import assert from "node:assert/strict";
import { migratedDatabase } from "../tests/support/database.ts";
import { recordIncident } from "./deployment.ts";
import { endRun, listRuns, noteRun } from "./host_runs.ts";
import { createJournal } from "./journal.ts";

const failed = {
  kind: "slot-failed",
  actor: "quotes",
  detail: "no symbol could be scanned\0",
  host: "1",
};

Deno.test("the same again is counted, unless something else of the actor came between", async () => {
  await using database = await migratedDatabase();
  const journal = createJournal(database.sql);
  await journal.add(failed);
  await journal.add(failed);
  await journal.add({ ...failed, actor: "news" });
  await journal.add(failed);
  await journal.add({ ...failed, kind: "paused", detail: "by a person" });
  await journal.add(failed);
  const told = (await journal.list(null, 10)).map(({ kind, actor, count }) =>
    [kind, actor, count].join(" ")
  );
  assert.deepEqual(told.toSorted(), [
    "paused quotes 1",
    "slot-failed news 1",
    "slot-failed quotes 1",
    "slot-failed quotes 3",
  ]);
});

Deno.test("what lasts is one entry, however often it is told, from its beginning to its end", async () => {
  await using database = await migratedDatabase();
  const journal = createJournal(database.sql);
  const outage = { ...failed, kind: "not-ready", actor: null, key: "a 1" };
  await journal.addLasting({ ...outage, beganMsAgo: 5_000, endedMsAgo: 4_000 });
  await journal.addLasting({ ...outage, beganMsAgo: 9_000, endedMsAgo: 0 });
  const [entry, ...others] = await journal.list(null, 10);
  assert.equal(others.length, 0);
  const lasted = entry!.until!.getTime() - entry!.at.getTime();
  assert.ok(lasted >= 5_000 && lasted < 9_000, `${lasted}`);
});

Deno.test("incidents and dead letters are in the list, and what was there at the last look is not", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const journal = createJournal(sql);
  await recordIncident(sql, {
    ...{ actor: "quotes", kind: "taken-over", detail: "7", host: "1" },
  });
  for (const id of ["a", "b"]) {
    await sql`insert into dead_letters (actor, topic, position, event, reason, error, attempts,
      excerpt, message) values ('news', 'news', ${id}, ${id}, 'schema', 'no headline', 1, '', '{}')`;
  }
  const kinds = async (since: Date | null) =>
    (await journal.list(since, 10)).map(({ kind, count }) => `${kind} ${count}`)
      .toSorted();
  assert.deepEqual(await kinds(null), ["dead-letters 2", "taken-over 1"]);
  assert.equal(await journal.look(), null, "the first look");
  await journal.noteRead();
  const since = await journal.look();
  assert.deepEqual(await kinds(since), []);
  await journal.add(failed);
  assert.deepEqual(await kinds(await journal.look()), ["slot-failed 1"]);
  assert.deepEqual(await journal.look(), since, "while somebody reads on");
  await sql`update looked_at set at = now() - interval '31 minutes'`;
  const [last] = await sql`select at from looked_at where what = 'journal'`;
  assert.deepEqual(await journal.look(), last!.at, "who comes back");
});

Deno.test("a host runs until it is stopped, or has not been seen for a while", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  for (const id of ["a", "b", "c"]) await noteRun(sql, id, id);
  await noteRun(sql, "c", "renamed");
  await endRun(sql, "a");
  await sql`update host_runs set seen_at = now() - interval '1 minute' where id = 'b'`;
  const runs = (await listRuns(sql, 10)).map(({ host, end }) => [host, end]);
  assert.deepEqual(Object.fromEntries(runs), {
    a: "stopped",
    b: "lost",
    renamed: null,
  });
  assert.equal((await listRuns(sql, 2)).length, 2);
});
