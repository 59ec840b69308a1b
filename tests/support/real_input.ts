/**
 * The main job over real trading days: a replay of Finnhub's contract drives the whole system, and at
 * the end the database holds the recording, minute for minute. The same for every broker.
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { RecordedRow } from "./finnhub_replay.ts";
import { type Replay, startReplay } from "./finnhub_replay.ts";
import { eventually, type Host, startHost } from "./host.ts";
import { testDatabase, testRedis } from "./servers.ts";

export interface RealInputOptions {
  /** Redis carries the events unless told. */
  readonly brokerUrl?: string;
  /** Called after each scanned minute: a test may break something there. */
  readonly onMinute?: (minute: number, replay: Replay) => Promise<void> | void;
  /** Stop after so many minutes; all that are recorded unless told. */
  readonly minutes?: number;
}

/** @throws {MissingRecordingError} if the recordings are not beside the project */
export async function runRealInput(
  options: RealInputOptions = {},
): Promise<void> {
  const replay = await startReplay();
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const symbols = [...new Set(replay.days.map(({ symbol }) => symbol))].sort();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      ...(options.brokerUrl ? { BROKER_URL: options.brokerUrl } : {}),
      FINNHUB_BASE_URL: replay.url,
      FINNHUB_API_KEY: replay.apiKey,
      FINNHUB_CALLS_PER_MINUTE: "100000",
      WATCHLIST: symbols.join(","),
      MARKET_HOURS: "always",
      // Only the test scans, after the one catch-up of a first start.
      SCHEDULE_QUOTES: "0 0 1 1 *",
      LOG_LEVEL: "info",
    },
  });
  const sql = postgres(database.url, { max: 1 });
  try {
    await eventually(async () =>
      (await get(host, "/api/actors")).actors.every(hasScanned)
    );
    const end = await scanEveryMinute(host, replay, options);
    await eventually(async () =>
      (await get(host, "/api/actors")).actors.every(isIdle)
    );
    for (const symbol of symbols) {
      const recorded = replay.rows(symbol).filter(({ at }) => at <= end);
      const stored =
        await sql`select * from quotes where symbol = ${symbol} order by at`;
      assert.deepEqual(stored.map(asQuote), recorded.map(asQuote));
      const latest = await get(
        host,
        `/api/signals/quotes/latest?symbol=${symbol}`,
      );
      // A symbol whose first day was not reached has none.
      assert.deepEqual(
        latest.values.map(asQuote),
        recorded.slice(-1).map(asQuote),
      );
    }
    assert.deepEqual((await get(host, "/api/dead-letters")).dead_letters, []);
    assert.equal(await host.stop(), 0, host.log());
  } finally {
    await host.kill();
    await sql.end();
    await Promise.all([replay.stop(), redis.stop()]);
    await database.drop();
  }
}

/** Returns the last minute that was scanned. */
async function scanEveryMinute(
  host: Host,
  replay: Replay,
  options: RealInputOptions,
): Promise<string> {
  let end = replay.now().toISOString();
  for (let minute = 1; minute <= (options.minutes ?? Infinity); minute++) {
    // A minute in which the market or the broker fails is scanned again, as the schedule would.
    await eventually(() => scan(host), 60_000);
    await options.onMinute?.(minute, replay);
    end = replay.now().toISOString();
    if (!replay.advance()) break;
  }
  return end;
}

/** Before its first recorded day the replay does not know a symbol: that is no failure of a scan. */
async function scan(host: Host): Promise<boolean> {
  const response = await fetch(`${host.url}/api/signals/quotes/scan`, {
    method: "POST",
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  const reasons = Object.values<string>(body.failed);
  return reasons.every((reason) => reason.includes("does not know the symbol"));
}

// deno-lint-ignore no-explicit-any -- the answers are checked by what the test asserts of them
async function get(host: Host, path: string): Promise<any> {
  return await (await fetch(host.url + path)).json();
}

const hasScanned = (actor: { schedule: { last_completed: string | null } }) =>
  actor.schedule.last_completed !== null;

const isIdle = (actor: { lag: number; pending: number }) =>
  actor.lag === 0 && actor.pending === 0;

type Quoted =
  & Pick<
    RecordedRow,
    | "price"
    | "open"
    | "high"
    | "low"
    | "previous_close"
    | "change"
    | "percent_change"
  >
  & { at: string | Date };

function asQuote(row: unknown) {
  const { at, price, open, high, low, previous_close, change, percent_change } =
    row as Quoted;
  return {
    at: new Date(at).toISOString(),
    ...{ price, open, high, low, previous_close, change, percent_change },
  };
}
