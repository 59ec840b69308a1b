/** Old rows on a running host: removed with the actor's own rights, while everything else goes on. */
import assert from "node:assert/strict";
import { ctl } from "./support/ctl.ts";
import { migratedDatabase } from "./support/database.ts";
import { eventually, startHost } from "./support/host.ts";
import { testRedis } from "./support/servers.ts";

const settings = {
  RETENTION_DAYS_QUOTES: "30",
  THIN_AFTER_DAYS_QUOTES: "2",
  DEAD_LETTERS_KEEP_DAYS: "10",
};

Deno.test("a host drops and thins what is old, as the actor's own role, and doctor tells what the tables take", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql, url } = database;
  // Two symbols for 35 days, each minute of an hour a day.
  await sql`
    insert into quotes (symbol, at, price)
    select symbol, date_trunc('day', now()) - make_interval(days => day, mins => minute), 1 + minute % 7
    from unnest(array['OLD', 'AAPL']) symbol, generate_series(0, 34) day, generate_series(0, 59) minute`;
  await sql`
    insert into dead_letters (event, actor, topic, position, reason, error, attempts, excerpt, message, failed_at)
    select n, 'quotes', 'quotes', n, 'decode', 'e', 1, '', '{}', now() - n * interval '1 day'
    from generate_series(1, 20) n`;
  const redis = await testRedis();
  const redisUrl = redis.url;
  const host = await startHost({
    env: {
      ...settings,
      DATABASE_URL: url,
      REDIS_URL: redisUrl,
      WATCHLIST: "AAPL",
      ACTOR_ROLES: "required",
    },
  });
  try {
    const left = async () => {
      const [row] = await sql<Record<"old" | "young" | "letters", number>[]>`
        select count(*) filter (where at < now() - interval '30 days')::int as old,
          max(each) filter (where at < now() - interval '3 days')::int as young,
          (select count(*)::int from dead_letters) as letters
        from (
          select at, count(*) over (partition by symbol, date_bin('15 minutes', at, '2000-01-01Z')) as each
          from quotes) as counted`;
      return row!;
    };
    await eventually(async () => {
      const { old, young, letters } = await left();
      return old === 0 && young <= 4 && letters <= 10;
    });
    const { out } = await ctl(["doctor"], {
      ...settings,
      DATABASE_URL: url,
      REDIS_URL: redisUrl,
      PORT: `${host.port}`,
    });
    assert.match(out, /ok +the database takes [\d.]+ MB, how fast it grows/);
    assert.match(out, /ok +\d+ small tables take [\d.]+ MB together/);
    assert.match(out, /ok +how much room its disk has, df tells/);
  } finally {
    await host.stop();
    await redis.stop();
  }
});

Deno.test("a retention for an actor that is not there is refused, with the one that was meant", async () => {
  const host = startHost({
    env: {
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
      REDIS_URL: "redis://127.0.0.1:1",
      RETENTION_DAYS_QUOTS: "30",
    },
  });
  await assert.rejects(
    host,
    /RETENTION_DAYS_QUOTS: there is no actor "quots"; did you mean RETENTION_DAYS_QUOTES\?/,
  );
});
