/**
 * What a power cut takes from Redis, and what heals it. `kill -9` loses nothing, since the kernel has
 * what was written; so the end of the append-only file is cut off as well, as if it had never reached
 * the disk.
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import quotes from "../actors/quotes/mod.ts";
import { connectBroker } from "../broker/open.ts";
import { demo } from "../market/demo/demo.ts";
import type { Actor } from "../engine/actor.ts";
import { newTraceparent } from "../engine/envelope.ts";
import { scan } from "../engine/scan.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** The parts of the append-only file that grow, with their sizes. */
async function appendOnlyFiles(dir: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  const pending = [dir];
  for (const folder of pending) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) pending.push(path);
      else if (name.endsWith(".incr.aof")) {
        files.set(path, (await Deno.stat(path)).size);
      }
    }
  }
  assert.ok(files.size > 0, `no append-only file below ${dir}`);
  return files;
}

async function setUp() {
  const [database, first] = await Promise.all([
    testDatabase(),
    testRedis({ persist: true }),
  ]);
  const { url, port, dir } = first;
  let redis = first;
  const sql = postgres(database.url, { max: 1 });
  const hosts: Host[] = [];
  return {
    sql,
    url,
    dir,
    async host() {
      const env = {
        DATABASE_URL: database.url,
        REDIS_URL: url,
        WATCHLIST: "KO",
        SCHEDULE_QUOTES: "0 0 1 1 *",
        // What the cut left with a consumer of the first host is taken over soon.
        CLAIM_AFTER_MS: "1000",
        SWEEP_EVERY_MS: "300",
      };
      const host = await startHost({ env });
      hosts.push(host);
      return host;
    },
    /** Back to what the disk had when `synced` was read. */
    async cutPower(synced: Map<string, number>) {
      Deno.kill(redis.pid, "SIGKILL");
      await redis.stop();
      for (const [path, size] of synced) await Deno.truncate(path, size);
      redis = await testRedis({ persist: true, port, dir });
    },
    async [Symbol.asyncDispose]() {
      for (const host of hosts) await host.kill();
      await sql.end();
      await redis.stop();
      await database.drop();
    },
  };
}

/** It has scanned, and what that published is handled. */
async function idle(host: Host): Promise<boolean> {
  const { lag, pending, schedule } =
    await (await fetch(`${host.url}/api/actors/quotes`)).json();
  return schedule.last_completed !== null && lag === 0 && pending === 0;
}

async function scanNow(host: Host): Promise<number> {
  const answer = await fetch(`${host.url}/api/signals/quotes/scan`, {
    method: "POST",
  });
  return (await answer.json()).published;
}

Deno.test("acknowledged events that a power cut took are published again by the next scan", async () => {
  await using bench = await setUp();
  const first = await bench.host();
  await eventually(() => idle(first));
  await first.stop();

  const synced = await appendOnlyFiles(bench.dir);
  const broker = await connectBroker(bench.url);
  const { published } = await scan({
    actor: quotes as unknown as Actor,
    broker,
    market: () => demo(),
    limit: { take: () => Promise.resolve() },
    latest: () => Promise.resolve(undefined),
    symbol: "AAPL",
    traceparent: newTraceparent(),
    isUnavailable: () => false,
    signal: new AbortController().signal,
    log: quiet,
  });
  const before = await broker.depth("quotes");
  await broker.close();
  assert.ok(published > 100);
  await bench.cutPower(synced);

  const again = await connectBroker(bench.url);
  assert.equal(
    await again.depth("quotes"),
    before - published,
    "the cut took what was acknowledged",
  );
  await again.close();
  const second = await bench.host();
  const added = await fetch(`${second.url}/api/watchlist/AAPL`, {
    method: "PUT",
  });
  await added.body?.cancel();
  await eventually(async () => {
    const rows = await bench.sql`select from quotes where symbol = 'AAPL'`;
    // The market's past moves on by a quote or two meanwhile.
    return rows.count >= published - 2;
  });
});

Deno.test("events that a power cut brings back are handled again, and change nothing", async () => {
  await using bench = await setUp();
  const first = await bench.host();
  await eventually(() => idle(first));
  const rows = await bench.sql`select * from quotes order by symbol, at`;
  assert.ok(rows.length > 100);
  // The acknowledgements are the last that was written: without them everything is unread again.
  const all = await appendOnlyFiles(bench.dir);
  await first.stop();
  const half = new Map(
    [...all].map(([path, size]) => [path, Math.floor(size / 2)]),
  );
  await bench.cutPower(half);

  const second = await bench.host();
  await eventually(() => idle(second));
  await scanNow(second);
  await eventually(() => idle(second));
  const after = await bench.sql`select * from quotes order by symbol, at`;
  const known = new Set(after.map((row) => row.at.getTime()));
  assert.equal(known.size, after.length, "no row is doubled");
  assert.ok(rows.every((row) => known.has(row.at.getTime())), "no row is gone");
  const letters = await (await fetch(`${second.url}/api/dead-letters`)).json();
  assert.deepEqual(letters.dead_letters, []);
});
