/** From the release before to this one: two hosts, one after the other, on the same data. And not back. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres from "postgres";
import type { ActorStatus } from "../../engine/status.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { testDatabase, testRedis } from "../support/servers.ts";
import { checkOut, formerCommit } from "./former.ts";

const former = await formerCommit();
if (!former) {
  console.warn(
    "NOT TESTED: the upgrade from the former release. Its code is not in this clone: fetch the history (git fetch --unshallow)",
  );
}

const symbols = ["AAPL", "MSFT", "IBM"];
const never = "0 0 1 */6 *";

async function withServers(
  test: (
    env: Record<string, string>,
    sql: postgres.Sql,
    redis: Redis,
  ) => Promise<void>,
): Promise<void> {
  const [database, server] = await Promise.all([testDatabase(), testRedis()]);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const redis = new Redis(server.url);
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: server.url,
    MARKET: "demo",
    WATCHLIST: symbols.join(","),
    SCHEDULE_QUOTES: never,
    SCHEDULE_NEWS: never,
    SCHEDULE_RECOMMENDATIONS: never,
  };
  try {
    await test(env, sql, redis);
  } finally {
    redis.disconnect();
    await sql.end();
    await Promise.all([database.drop(), server.stop()]);
  }
}

async function scan(host: Host, actor: string): Promise<void> {
  const response = await fetch(`${host.url}/api/signals/${actor}/scan`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ symbols }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
}

async function idle(host: Host): Promise<void> {
  await eventually(async () => {
    const answer = await fetch(`${host.url}/api/actors`);
    const { actors }: { actors: ActorStatus[] } = await answer.json();
    return actors.length > 0 &&
      actors.every(({ lag, pending }) => lag === 0 && pending === 0);
  });
}

/** What is in the stream and not in the table. */
async function missingQuotes(sql: postgres.Sql, redis: Redis) {
  const entries = await redis.xrange("signalbox:stream:quotes", "-", "+");
  const ids = entries.flatMap(([, fields]) => {
    const id = fields[fields.indexOf("id") + 1]!;
    return id === "broken" ? [] : [id];
  });
  assert.ok(ids.length > 0);
  const rows = await sql<{ symbol: string; at: Date }[]>`
    select symbol, at from quotes`;
  const stored = new Set(
    rows.map(({ symbol, at }) => `${symbol}:${at.toISOString()}`),
  );
  return ids.filter((id) => !stored.has(id));
}

Deno.test({
  name:
    "a host of the former release and one of this one take turns, and every row is there",
  ignore: !former,
  fn: () =>
    withServers(async (env, sql, redis) => {
      const root = await checkOut(former);
      const old = await startHost({ env, root });
      const hosts = [old];
      try {
        for (const actor of ["quotes", "recommendations", "news"]) {
          await scan(old, actor);
        }
        // What a paused actor has not read waits until it is resumed.
        await idle(old);
        await fetch(`${old.url}/api/actors/news/pause`, { method: "POST" })
          .then((response) => response.body?.cancel());
        await redis.xadd(
          ...["signalbox:stream:quotes", "*", "id", "broken"] as const,
          ...["type", "signalbox.quotes", "data", "no JSON"] as const,
        );
        await eventually(async () =>
          (await sql`select * from dead_letters`).length === 1
        );
        await idle(old);
        const before = await countsOf(sql);

        const now = await startHost({ env });
        hosts.push(now);
        // Both run: what either publishes, either stores.
        await Promise.all([scan(old, "quotes"), scan(now, "quotes")]);
        assert.equal(await old.stop(), 0, old.log());
        await scan(now, "quotes");
        await idle(now);

        assert.deepEqual(await missingQuotes(sql, redis), []);
        const after = await countsOf(sql);
        for (const [table, count] of Object.entries(before)) {
          assert.ok(
            after[table]! >= count,
            `${table}: ${count}, then ${after[table]}`,
          );
        }
        assert.equal(after.dead_letters, 1);
        assert.equal(after.watchlist, symbols.length);
        // As people have set it, as soon as its isolates run.
        const broken = await eventually(async () => {
          const answer = await fetch(`${now.url}/api/actors`);
          const { actors, broken } = await answer.json();
          const news = actors.find((a: ActorStatus) => a.name === "news");
          return news.state === "paused" ? broken : null;
        });
        assert.deepEqual(broken, []);
        assert.doesNotMatch(old.log(), / ERROR /);
        assert.doesNotMatch(now.log(), / ERROR /);
      } finally {
        for (const host of hosts) await host.stop();
      }
    }),
});

async function countsOf(sql: postgres.Sql): Promise<Record<string, number>> {
  const tables = ["quotes", "recommendations", "news", "news_symbols"];
  const counts: Record<string, number> = {};
  for (const table of [...tables, "watchlist", "dead_letters"]) {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from ${sql(table)}`;
    counts[table] = row!.n;
  }
  return counts;
}

Deno.test("a downgrade is refused in words: a newer core ends the start, a newer signal is left aside", () =>
  withServers(async (env, sql) => {
    await (await startHost({ env })).stop();
    const note = (scope: string, number: number, name: string) =>
      sql`insert into migrations (scope, number, name, checksum)
        values (${scope}, ${number}, ${name}, '')`;
    await note("news", 99, "schema.99.sql");
    const host = await startHost({ env });
    try {
      const answer = await fetch(`${host.url}/api/actors`);
      const { actors, broken } = await answer.json();
      assert.ok(actors.length > 0);
      assert.equal(broken[0].name, "news");
      assert.match(broken[0].error, /newer release.*news\/schema\.99\.sql/);
    } finally {
      await host.stop();
    }
    await note("core", 9999, "9999_next.sql");
    await assert.rejects(
      startHost({ env }),
      /cannot start .*newer release of Signalbox: core\/9999_next\.sql was applied to it, and core\/.* Start the newer release again/,
    );
  }));
