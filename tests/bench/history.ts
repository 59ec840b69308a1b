/** Long histories: how soon a symbol's page and its history are answered from a table of many rows. */
import type { Sql } from "postgres";
import { sleep } from "../../wait.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import quotes from "../../actors/quotes/mod.ts";
import { thinnedPrices } from "../../actors/quotes/thinned.ts";
import { createRetention, type KeyedTable } from "../../db/retention.ts";
import { rollUpAfterDays } from "../../host/retention.ts";
import { usage } from "./readers.ts";
import type { Servers } from "./servers.ts";

const filledSymbols = 500;
const turns = 21;

/** A median by what was asked, and what an answer took of the host's processor: both in milliseconds. */
export type Told = (what: string, medianMs: number, cpuMs?: number) => void;

const never = "0 0 1 JAN *";

/**
 * Fills the table, starts a host on it, and asks: the page in each range, the history thinned and not,
 * the latest value. Each with another symbol in turn, as people do.
 */
export async function measureHistory(
  servers: Servers,
  rows: number,
  tell: Told,
): Promise<void> {
  const { sql, databaseUrl, redisUrl } = servers;
  const symbols = Array.from({ length: filledSymbols }, (_, i) => `S${i}`);
  await fillQuotes(sql, rows);
  await sql`vacuum analyze quotes`;
  tell("rolling its hours up, without rests", await rollAllUp(sql));
  await sql`vacuum analyze quote_hours`;
  const start = () =>
    startHost({
      env: {
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        WATCHLIST: symbols.join(),
        LOG_LEVEL: "error",
        SCHEDULE_QUOTES: never,
        SCHEDULE_NEWS: never,
        SCHEDULE_RECOMMENDATIONS: never,
      },
    });
  const first = await timed("first start to ready", start, tell);
  await first.stop();
  const host = await timed("start to ready", start, tell);
  try {
    await warmedUp(host.url);
    await askAll(host, symbols, tell);
  } finally {
    await host.stop();
  }
}

async function timed<T>(
  what: string,
  work: () => Promise<T>,
  tell: Told,
): Promise<T> {
  const began = performance.now();
  const made = await work();
  tell(what, performance.now() - began);
  return made;
}

/** What a host does in the background of its first hour. Resolves to the time that it took, in ms. */
async function rollAllUp(sql: Sql): Promise<number> {
  const began = performance.now();
  const retention = createRetention(sql, quotes.name);
  const table = quotes.retention![0] as KeyedTable;
  const batch = () => retention.rollUp(table, table.rollInto!, rollUpAfterDays);
  while ((await batch())?.next);
  return performance.now() - began;
}

/** Warming up is no part of what is measured. */
async function warmedUp(url: string): Promise<void> {
  await eventually(async () => {
    const answer = await fetch(`${url}/api/signals/quotes/latest`);
    const { values } = await answer.json();
    return values.length === filledSymbols;
  }, 120_000);
  await sleep(5_000);
}

async function askAll(
  { url, pid }: Pick<Host, "url" | "pid">,
  symbols: readonly string[],
  tell: Told,
) {
  const history = "/api/signals/quotes/history?symbol=";
  const paths: Record<string, (symbol: string) => string> = {
    "watchlist": () => "/",
    "latest of all": () => "/api/signals/quotes/latest",
    "status of all": () => "/api/actors",
    "latest value": (s) => `/api/signals/quotes/latest?symbol=${s}`,
    "history, the newest 1,000": (s) => history + s,
    "history, all in 500 points": (s) => `${history}${s}&points=500`,
  };
  for (const range of ["1d", "5d", "1m", "6m", "1y", "all"]) {
    paths[`page of a symbol, ${range}`] = (s) => `/symbols/${s}?range=${range}`;
  }
  for (const [what, path] of Object.entries(paths)) {
    const times = [];
    const before = await usage(pid);
    for (let turn = 0; turn < turns; turn++) {
      const symbol = symbols[(turn * 37) % symbols.length]!;
      times.push(await answerMs(url, path(symbol)));
    }
    const { cpuMs } = await usage(pid);
    const median = times.sort((a, b) => a - b)[turns >> 1]!;
    tell(what, median, (cpuMs - before.cpuMs) / turns);
  }
}

/** From the asking to the last byte, as a browser asks; but nothing is unpacked: it is the server that is timed. */
async function answerMs(url: string, path: string): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const request = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n` +
    "accept: text/html, */*\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n";
  const began = performance.now();
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(64 * 1024);
  let status = "";
  for (let size; (size = await connection.read(buffer)) !== null;) {
    status ||= new TextDecoder().decode(buffer.subarray(9, Math.min(12, size)));
  }
  const ms = performance.now() - began;
  if (status !== "200") throw new Error(`${path}: ${status || "no answer"}`);
  return ms;
}

/** How PostgreSQL finds the thinned rows of one symbol: the lines of the plan that say where it reads. */
export async function planOfThinning(sql: Sql): Promise<string[]> {
  const window = { symbol: "S7", from: "-infinity", to: "infinity" };
  const plan = await sql<{ "QUERY PLAN": string }[]>`
    explain (analyze, timing off) ${thinnedPrices(sql, window, 500)}`;
  return plan.map((line) => line["QUERY PLAN"])
    .filter((line) => /Scan.* on quote|^Execution/.test(line));
}

/**
 * Fills `quotes` with `rows` in the order in which they would have come: every two minutes of each
 * session (14:30 to 21:00 UTC, Monday to Friday) one of each of the 500 symbols `S0`, `S1`, …
 */
async function fillQuotes(sql: Sql, rows: number): Promise<void> {
  const each = Math.ceil(rows / filledSymbols);
  const chunk = 500;
  for (let from = 0; from < each; from += chunk) {
    await sql`
      insert into quotes (symbol, at, price, change, percent_change, high, low, open, previous_close)
      select 'S' || s, at, price, 0.5, 0.25, price + 1, price - 1, price, price - 0.5
      from generate_series(${from}::int, ${
      Math.min(each, from + chunk) - 1
    }::int) n
      cross join generate_series(0, ${filledSymbols - 1}) s
      cross join lateral (select
        timestamptz '2024-01-01 14:30Z' + make_interval(days => n / 195 / 5 * 7 + n / 195 % 5, mins => n % 195 * 2) as at,
        100 + s + 20 * sin(n / 900.0 + s) + 3 * sin(n / 41.0) as price) q
      order by n`;
  }
}
