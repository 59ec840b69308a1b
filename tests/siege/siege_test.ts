/** All that may exhaust a host, at once: others are answered meanwhile, and its memory comes back. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { sleep } from "../../wait.ts";
import { fill, symbolOf } from "../bench/fill.ts";
import { usage } from "../bench/readers.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { endWithThisProcess } from "../support/run_folder.ts";
import { testDatabase, testRedis } from "../support/servers.ts";

const program = fileURLToPath(new URL("attackers.ts", import.meta.url));
const symbols = 500;
const seconds = 15;

/** 100,000 quotes of one symbol, and 20,000 dead letters, one of them with 10,000 levels. */
async function fillMuch(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`
    insert into quotes (symbol, at, price, high, low, open, previous_close)
      select ${symbolOf(0)}, now() - n * interval '1 minute', 5, 5, 5, 5, 5
      from generate_series(10, 100000) n`;
  const deep = `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  await sql`
    insert into dead_letters (actor, topic, position, reason, error, attempts,
        excerpt, event, message)
      select 'quotes', 'quotes', n || '-0', 'permanent', 'as it is', 1,
        'n ' || n, 'e' || n,
        case n when 20000 then ${deep} else '{"n":' || n || '}' end::json
      from generate_series(1, 20000) n`;
  await sql.end();
}

/** Sets the attackers on the host, at a lower priority: their work is not this machine's in earnest. */
async function besiege({ port }: Host): Promise<void> {
  const args = ["-n", "10", Deno.execPath(), "run", "-A", "--no-check"];
  const child = new Deno.Command("nice", {
    args: [...args, program, `${port}`, `${seconds}`],
    stdin: "null",
  }).spawn();
  await endWithThisProcess(child.pid);
  assert.equal((await child.status).code, 0);
}

/** How long each answer took, in ms, longest last; and what was not answered with 200. */
async function timesOf(url: string, stop: AbortSignal) {
  const times: number[] = [];
  const refused: string[] = [];
  while (!stop.aborted) {
    const began = performance.now();
    const answer = await fetch(url);
    const text = await answer.text();
    if (answer.status !== 200) refused.push(`${answer.status} ${text}`);
    times.push(performance.now() - began);
    await sleep(50);
  }
  return { times: times.sort((a, b) => a - b), refused };
}

const told = (name: string, times: readonly number[]) =>
  `${name} ${times[times.length >> 1]!.toFixed(0)} ms at the median, ` +
  `${times.at(-1)!.toFixed(0)} ms at most`;

Deno.test("under all at once, health and pages answer, and the memory comes back", async () => {
  const database = await testDatabase();
  const redis = await testRedis();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      MARKET: "demo",
      LOG_LEVEL: "info",
      SCHEDULE_QUOTES: "0 0 1 */6 *",
    },
  });
  try {
    await fill({ databaseUrl: database.url, redisUrl: redis.url }, {
      symbols,
      rows: symbols,
    });
    await fillMuch(database.url);
    const residentMb = async () => (await usage(host.pid)).kb / 1_024;
    const siege = async () => {
      const over = new AbortController();
      const health = timesOf(`${host.url}/healthz`, over.signal);
      const page = timesOf(`${host.url}/`, over.signal);
      await besiege(host).finally(() => over.abort());
      return { health: await health, page: await page };
    };
    // What V8 and the kernel keep of a busy time is there after the first one.
    await siege();
    const peak = await residentMb();
    await sleep(10_000);
    const before = await residentMb();
    const { health, page } = await siege();
    const during = await residentMb();
    console.log(
      `${told("health", health.times)}; ${
        told("the watchlist", page.times)
      }; ` +
        `${peak.toFixed(0)} MB after the first siege, ${
          before.toFixed(0)
        } before the second, ${during.toFixed(0)} at its end`,
    );
    assert.deepEqual([health.refused, page.refused], [[], []]);
    // Of 99 in 100: the machine itself may hold one up.
    const slow = health.times[Math.floor(health.times.length * 0.99)]!;
    assert.ok(slow < 500, `health took ${slow} ms`);
    // How much V8 has given back after ten seconds is chance: far below what it was at its most will do.
    const least = Math.max(before, peak * 0.6) * 1.1;
    await eventually(async () => await residentMb() < least, 60_000)
      .finally(async () => console.log(`${await residentMb()} MB in the end`));
  } finally {
    await host.stop();
    await redis.stop();
    await database.drop();
  }
});
