/** Old rows on a running host: removed with the actor's own rights, while everything else goes on. */
import assert from "node:assert/strict";
import quotes from "../actors/quotes/mod.ts";
import { connectBroker } from "../broker/open.ts";
import type { Actor } from "../engine/actor.ts";
import { encode } from "../engine/envelope.ts";
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
    const runs = async () => {
      const rows = await sql<{ name: string; done: Date; again: Date }[]>`
        select table_name as name, done_to as done, again_from as again
        from thinning where done_to > '-infinity' order by 1`;
      return rows.length === 2 ? rows : null;
    };
    await eventually(runs);
    const [{ hours } = {}] = await sql`
      select count(*)::int as hours from quote_hours where low = 1 and high = 7`;
    assert.ok(hours >= 56, `of two symbols, 28 days: ${hours}`);
    // A replay, or a late correction: what is told of its hour does not hold any more.
    const late = new Date(Date.now() - 5 * 86_400_000);
    await publishQuote(redisUrl, late.toISOString());
    const noted = await eventually(async () => {
      const rows = await runs();
      return rows?.every(({ again }) => again) ? rows : null;
    });
    assert.deepEqual(noted.map(({ name, again }) => [name, again]), [
      ["quote_hours", late],
      ["quotes", late],
    ]);
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

async function publishQuote(redisUrl: string, at: string): Promise<void> {
  const rest = { change: 0, percent_change: 0, high: 9, low: 9, open: 9 };
  const data = { price: 9, previous_close: 9, ...rest };
  const event = { id: `AAPL:${at}`, symbol: "AAPL", at, data };
  const broker = await connectBroker(redisUrl);
  await broker.publish("quotes", [encode(quotes as unknown as Actor, event)]);
  await broker.close();
}

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
