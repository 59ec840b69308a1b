/** Scans within a quota, by hosts that come and go, of a market that refuses what it likes. */
import assert from "node:assert/strict";
import type { ActorStatus } from "../engine/status.ts";
import { problemOf } from "./support/api_conformance.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { type MarketStub, startMarketStub } from "./support/market_stub.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

/** As the API tells it. */
interface MarketTry {
  readonly status: number | null;
  readonly error: string | null;
}

/** So many that an isolate which starts half a second later has its part all the same. */
const symbols = Array.from({ length: 80 }, (_, n) => `S${n}`);
const refused = "SAP.DE";
/** 20 a second, of which a twentieth at once. */
const callsPerMinute = 1_200;

async function world() {
  const market = startMarketStub();
  for (const [n, symbol] of symbols.entries()) {
    market.prices.set(symbol, 100 + n);
  }
  const database = await testDatabase();
  const redis = await testRedis();
  const hosts: Host[] = [];
  return {
    market,
    async host() {
      const host = await startHost({
        env: {
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          MARKET: "finnhub",
          MARKET_HOURS: "always",
          FINNHUB_API_KEY: "a-key",
          FINNHUB_BASE_URL: market.url,
          FINNHUB_CALLS_PER_MINUTE: String(callsPerMinute),
          WATCHLIST: [refused, ...symbols].join(),
          // Due twice a year: what is caught up at the start is all there is.
          SCHEDULE_QUOTES: "0 0 1 */6 *",
          SCHEDULE_NEWS: "0 0 1 */6 *",
          SCHEDULE_RECOMMENDATIONS: "0 0 1 */6 *",
        },
      });
      hosts.push(host);
      return host;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(hosts.map((host) => host.kill()));
      await market.stop();
      await redis.stop();
      await database.drop();
    },
  };
}

const refusal = () =>
  Response.json({ error: "You don't have access to this resource." }, {
    status: 403,
  });

/** What symbols are is looked up besides. */
const scansOf = ({ requests }: MarketStub) =>
  requests.filter(({ path }) =>
    path !== "/search" && path !== "/stock/profile2"
  );

function counted(market: MarketStub): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { path, symbol } of scansOf(market)) {
    const name = `${path} ${symbol}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Those that scan. */
async function actorsOf(host: Host): Promise<ActorStatus[]> {
  const { actors } = await (await fetch(`${host.url}/api/actors`)).json();
  return actors.filter(({ schedule }: ActorStatus) => schedule.cron !== "");
}

const scanNow = (host: Host, query = "") =>
  fetch(`${host.url}/api/signals/quotes/scan${query}`, { method: "POST" });

Deno.test("scans share the quota, go on where a host left them, and lose a refused symbol alone", async (t) => {
  await using all = await world();
  const { market } = all;
  market.instead = (_path, symbol) =>
    symbol === refused ? refusal() : undefined;
  const first = await all.host();
  await eventually(() => scansOf(market).length >= 150);
  assert.equal(await first.stop(), 0);
  const before = scansOf(market).length;
  assert.ok(before < 3 * symbols.length, `${before}: it was done already`);

  await t.step("no actor starves", () => {
    const paths = Map.groupBy(scansOf(market), ({ path }) => path);
    assert.equal(paths.size, 3);
    for (const [path, { length }] of paths) {
      assert.ok(length > before / 10, `${length} of ${before} for ${path}`);
    }
  });

  const host = await all.host();
  await t.step("another host goes on, and asks for nothing twice", async () => {
    await eventually(async () =>
      (await actorsOf(host)).every(({ schedule }) => schedule.last_completed)
    );
    const counts = counted(market);
    assert.equal(Object.keys(counts).length, 3 * (symbols.length + 1));
    // What was in hand when the first host left may be asked for again.
    const twice = Object.values(counts).filter((count) => count > 1);
    assert.ok(twice.length <= 12, `${twice.length} were asked for again`);
  });

  await t.step("the refused symbol is told, also after a restart", async () => {
    for (const { failing, refused: count, schedule } of await actorsOf(host)) {
      assert.deepEqual(Object.keys(failing), [refused]);
      assert.match(failing[refused]!, /^finnhub refuses SAP\.DE: .*403/);
      assert.deepEqual([count, schedule.last_error], [1, null]);
    }
    const { warnings } = await (await fetch(`${host.url}/readyz`)).json();
    assert.match(warnings.join(), /by quotes \(SAP\.DE\): finnhub refuses/);
  });

  await t.step("a scan by hand is answered in the market's words", async () => {
    const answer = await scanNow(host, `?symbol=${refused}`);
    const { detail } = await problemOf(answer, 503, "market-unavailable");
    assert.match(detail, /^finnhub refuses SAP\.DE: .*403/);
    const others = await (await scanNow(host)).json();
    assert.deepEqual(others.outcomes, { [refused]: "refused" });
    market.instead = () => new Response("no such key", { status: 401 });
    const key = await problemOf(await scanNow(host), 503, "market-unavailable");
    assert.match(key.detail, /answered 401.*check the API key/);
    market.instead = () => undefined;
    market.prices.set(refused, 200);
    const mended = await scanNow(host, `?symbol=${refused}`);
    assert.equal((await mended.json()).published, 1);
    await eventually(async () => {
      const actors = await actorsOf(host);
      return !actors.find(({ name }) => name === "quotes")!.failing[refused];
    });
  });

  await t.step(
    "an event's page tells the call that brought it, with each try",
    async () => {
      let busy = false;
      market.instead = (path, symbol) => {
        if (!busy || path !== "/quote" || symbol !== refused) return undefined;
        busy = false;
        return new Response("busy", { status: 503 });
      };
      const provenance = async () =>
        await (await fetch(
          `${host.url}/api/signals/quotes/provenance?symbol=${refused}`,
        )).json();
      let price = 200;
      // It was refused before, and is tried again: that may come between, be told that it is busy,
      // and be the last scan.
      const { position, market_calls } = await eventually(
        async () => {
          market.prices.set(refused, ++price);
          busy = true;
          const scanned = await scanNow(host, `?symbol=${refused}`);
          assert.equal((await scanned.json()).published, 1);
          await eventually(async () => {
            const { value, position } = await provenance();
            return value?.price === price && position !== null;
          });
          const told = await provenance();
          assert.deepEqual(told.last_scan.market_calls, told.market_calls);
          return told.market_calls[0].tries.length === 2 ? told : null;
        },
      );
      const [call, ...others] = market_calls;
      assert.deepEqual(others, []);
      const { provider, path, symbols, status, tries } = call;
      assert.deepEqual([provider, path, symbols, status], [
        "finnhub",
        "/quote",
        1,
        200,
      ]);
      assert.deepEqual(
        tries.map(({ status, error }: MarketTry) => [status, error]),
        [[503, 'answered 503 "busy"'], [200, null]],
      );
      const page = await fetch(`${host.url}/events/quotes/${position}`);
      assert.match(
        await page.text(),
        /Scanned<[^]*Call to finnhub<[^]*\/quote: 200 after 2 tries \(503, \d+ ms; 200, \d+ ms\)[^]*Published</,
      );
    },
  );

  await t.step(
    "a crowd that searches gets a part of the quota, and no 500",
    async () => {
      const search = (headers: Record<string, string> = {}) =>
        fetch(`${host.url}/api/search?q=S`, { headers });
      const foreign = await search({ "sec-fetch-site": "cross-site" });
      await problemOf(foreign, 403, "cross-site");
      const answers = await Promise.all(
        Array.from({ length: 120 }, () => search()),
      );
      const busy = answers.filter(({ status }) => status === 503);
      assert.ok(
        answers.every(({ status }) => status === 200 || status === 503),
      );
      assert.ok(busy.length > 0);
      assert.ok(Number(busy[0]!.headers.get("retry-after")) >= 1);
      for (const answer of answers) await answer.body?.cancel();
      const scanned = await scanNow(host, "?symbol=S1");
      assert.equal(scanned.status, 200);
      await scanned.body?.cancel();
    },
  );
});
