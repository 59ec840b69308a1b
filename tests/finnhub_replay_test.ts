import assert from "node:assert/strict";
import { finnhub } from "../market/finnhub.ts";
import type { CallPolicy } from "../market/http.ts";
import {
  type Market,
  MarketRefusedError,
  MarketUnavailableError,
  UnknownSymbolError,
} from "../market/market.ts";
import {
  MissingRecordingError,
  recordedDays,
  recordingsMissing,
  type Replay,
  startReplay,
} from "./support/finnhub_replay.ts";

const ignore = recordingsMissing("the tests of the replay of Finnhub");

/** With the recordings. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

const free = { take: () => Promise.resolve() };

async function withReplay(
  play: (replay: Replay, market: Market) => Promise<void>,
  policy: Partial<CallPolicy> = {},
): Promise<void> {
  const replay = await startReplay();
  const options = { apiKey: replay.apiKey, baseUrl: replay.url };
  const quick = { sleep: () => Promise.resolve(), ...policy };
  try {
    await play(replay, finnhub(options, free, quick));
  } finally {
    await replay.stop();
  }
}

test("a quote is as of the replay's minute, and equals the file's numbers", async () => {
  await withReplay(async (replay, market) => {
    replay.setMinute("2013-10-08", 16 * 60);
    const [quote] = await market.quotes("SPY");
    assert.equal(quote?.at, "2013-10-08T20:00:00.000Z");
    const row = replay.rows("SPY").find((row) => row.at === quote?.at);
    const { bar: _bar, ...expected } = row!;
    assert.deepEqual(quote, { symbol: "SPY", ...expected });
    assert.equal(quote?.previous_close, 167.3, "the last close of the 7th");
    assert.equal(row?.price, row?.bar.close);
  });
});

test("between two bars the older one stands; the first day has no change", async () => {
  await withReplay(async (replay, market) => {
    replay.setMinute("2014-06-05", 4 * 60 + 30);
    const [quote] = await market.quotes("AAPL");
    assert.equal(quote?.at, "2014-06-05T08:15:00.000Z");
    assert.equal(quote?.price, 644.8);
    assert.equal(quote?.change, null);
    assert.equal(quote?.percent_change, null);
    assert.equal(quote?.previous_close, 644.8);
  });
});

test("the clock walks over every recorded minute of every day, and can jump", async () => {
  await withReplay((replay) => {
    const walked = [replay.now().toISOString()];
    for (let now = replay.advance(); now; now = replay.advance()) {
      walked.push(now.toISOString());
    }
    const recorded = ["AAPL", "SPY"].flatMap((symbol) =>
      replay.rows(symbol).map((row) => row.at)
    );
    assert.deepEqual(walked, recorded.sort());
    assert.equal(replay.rows("AAPL").length, 686 + 783 + 834);
    replay.setMinute("2013-10-11", 9 * 60 + 30);
    assert.equal(replay.now().toISOString(), "2013-10-11T13:30:00.000Z");
    assert.equal(replay.advance()?.toISOString(), "2013-10-11T13:31:00.000Z");
    return Promise.resolve();
  });
});

test("a symbol that is not recorded, or not yet, is unknown", async () => {
  await withReplay(async (replay, market) => {
    await assert.rejects(market.quotes("MSFT"), UnknownSymbolError);
    replay.setMinute("2013-10-07", 600);
    await assert.rejects(market.quotes("AAPL"), UnknownSymbolError);
    assert.deepEqual(await market.recommendations("MSFT"), []);
  });
});

test("the samples of ratings, news and search read as Finnhub's would", async () => {
  await withReplay(async (_replay, market) => {
    const ratings = await market.recommendations("SPY");
    assert.deepEqual(
      ratings.map(({ symbol, period, buy }) => [symbol, period, buy]),
      [["SPY", "2025-02-01", 17], ["SPY", "2025-03-01", 24]],
    );
    const days = { from: "2026-03-03", to: "2026-03-04" };
    const [ours, theirs] = [
      await market.news("AAPL", days),
      await market.news("SPY", days),
    ];
    assert.deepEqual(ours.map(({ id }) => id).sort(), [25286, 25287, 25341]);
    assert.deepEqual(ours, theirs, "one article may come for both");
    for (const { at } of ours) assert.match(at, /^2026-03-03T/);
    const found = await market.search("apple");
    assert.deepEqual(found.map(({ symbol }) => symbol), [
      "AAPL.SW",
      "APC.BE",
      "APC.DE",
    ]);
    assert.equal((await market.search("aapl"))[0]?.symbol, "AAPL");
  });
});

test("a missing, a wrong and an empty key are refused as Finnhub does", async () => {
  await withReplay(async (replay) => {
    const ask = async (headers: Record<string, string>, query = "") => {
      const response = await fetch(`${replay.url}/quote?symbol=SPY${query}`, {
        headers,
      });
      return [response.status, await response.text()];
    };
    assert.deepEqual(await ask({}), [
      401,
      '{"error":"Please use an API key."}',
    ]);
    assert.deepEqual(await ask({ "x-finnhub-token": "no" }), [
      401,
      '{"error":"Invalid API key."}',
    ]);
    assert.equal((await ask({}, "&token="))[0], 429);
    assert.equal((await ask({}, `&token=${replay.apiKey}`))[0], 200);
    const wrong = { apiKey: "wrong", baseUrl: replay.url };
    await assert.rejects(
      finnhub(wrong, free).quotes("SPY"),
      MarketRefusedError,
    );
  });
});

test("what goes wrong for a while is got over, and every request is counted", async () => {
  await withReplay(async (replay, market) => {
    replay.misbehave({ kind: "busy", retryAfter: "2" }, 1);
    replay.misbehave({ kind: "broken" }, 1);
    replay.misbehave({ kind: "html" }, 1);
    assert.equal((await market.quotes("SPY")).length, 1);
    const statuses = replay.requests.map(({ status }) => status);
    assert.deepEqual(statuses, [429, 500, 200, 200]);
    for (const { search } of replay.requests) {
      assert.equal(search, "?symbol=SPY", "no key in the address");
    }
  });
});

test("what goes wrong for good ends in the boundary's errors", async () => {
  await withReplay(async (replay, market) => {
    replay.misbehave({ kind: "wrong-shape" }, 1);
    await assert.rejects(market.quotes("SPY"), /\/quote .*c: /);
    replay.misbehave({ kind: "forbidden" }, 1);
    await assert.rejects(market.quotes("SPY"), MarketRefusedError);
    replay.misbehave({ kind: "hang" }, 2);
    await assert.rejects(market.quotes("SPY"), MarketUnavailableError);
  }, { deadlineMs: 50, attempts: 2 });
});

Deno.test("without recordings the error says what is missing and where", () => {
  const folder = new URL("./no-such-folder/", import.meta.url);
  assert.throws(() => recordedDays(folder), (error: Error) => {
    assert.ok(error instanceof MissingRecordingError);
    assert.match(error.message, /no-such-folder\/prices\/.*put the folder/);
    return true;
  });
});

test("a symbol that nobody recorded is named, with those that are", async () => {
  await assert.rejects(
    startReplay({ symbols: ["MSFT"] }),
    /None of "MSFT" is recorded; SPY and AAPL are/,
  );
});
