import assert from "node:assert/strict";
import { z } from "zod";
import { connectBroker } from "../broker/open.ts";
import {
  type CallOutcome,
  type Market,
  type MarketCall,
  MarketRefusedError,
  MarketUnavailableError,
  type RateLimit,
  SymbolRefusedError,
  UnknownSymbolError,
} from "../market/market.ts";
import { sleep } from "../wait.ts";
import { type Actor, defineActor } from "./actor.ts";
import { newTraceparent } from "./envelope.ts";
import { scan, type ScanOptions } from "./scan.ts";
import { symbolScanSchema } from "./status.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const free: RateLimit = { take: () => Promise.resolve() };

type Produce = Actor["produce"];

/** A scan by an actor that only produces. */
async function scanned(
  produce: Produce,
  options: Partial<ScanOptions> = {},
) {
  const actor = defineActor({
    name: "test",
    title: "",
    description: "",
    schedule: "* * * * *",
    version: 1,
    schema: z.object({}),
    permissions: { net: [] },
    produce,
    handle: async () => {},
    history: () => Promise.resolve([]),
  }) as unknown as Actor;
  const broker = await connectBroker(`memory:${crypto.randomUUID()}`);
  try {
    return await scan({
      actor,
      broker,
      market: () => ({}) as Market,
      limit: free,
      latest: () => Promise.resolve(undefined),
      symbol: "AAPL",
      traceparent: newTraceparent(),
      isUnavailable: () => false,
      signal: new AbortController().signal,
      log: quiet,
      ...options,
    });
  } finally {
    await broker.close();
  }
}

const never: Produce = async function* () {
  yield await new Promise<never>(() => {});
};

const failing = (error: Error): Produce =>
  async function* () {
    yield await Promise.reject(error);
  };

Deno.test("a producer that never answers, and heeds no signal, fails its symbol alone", async () => {
  const patience = { wholeMs: 10_000, stillMs: 40 };
  const { outcome, error } = await scanned(never, { patience });
  assert.equal(outcome, "failed");
  assert.match(error!, /no progress for 40 ms/);
});

Deno.test("a scan that is stopped ends at once", async () => {
  const signal = AbortSignal.timeout(20);
  await assert.rejects(scanned(never, { signal }), { name: "TimeoutError" });
});

Deno.test("a producer that goes on for ever is ended", async () => {
  const patience = { wholeMs: 60, stillMs: 10_000 };
  const { outcome, error, published } = await scanned(
    async function* (_symbol, { signal }) {
      for (let i = 0;; i++) {
        for (let n = 0; n < 500; n++) {
          const at = "2026-01-31T14:30:00.000Z";
          yield { id: `${i}:${n}`, at, data: {} };
        }
        await sleep(20, signal);
      }
    },
    { patience },
  );
  assert.equal(outcome, "failed");
  assert.match(error!, /longer than 60 ms/);
  assert.ok(published >= 500, "what it published is counted");
});

Deno.test("waiting for the quota is no standstill, and calls are counted by how they ended", async () => {
  const limit: RateLimit = { take: (signal) => sleep(600, signal) };
  const call = (outcome: CallOutcome): MarketCall => (
    {
      ...{ provider: "demo", path: "/quote", status: null, error: null },
      ...{ outcome, seconds: 0.1, attempt: 1 },
    }
  );
  const market = (limit: RateLimit) =>
    ({
      quotes: async () => {
        await limit.take();
        limit.called!(call("limited"));
        await limit.take();
        limit.called!(call("ok"));
        return [];
      },
    }) as unknown as Market;
  const patience = { wholeMs: 500, stillMs: 500 };
  const done = await scanned(async function* (symbol, { market }) {
    await market.quotes(symbol);
    yield* [];
  }, { limit, market, patience });
  assert.equal(done.outcome, "ok");
  assert.deepEqual(done.calls, { limited: 1, ok: 1 });
  assert.ok(
    done.waited_ms >= 1_190 && done.duration_ms < 500,
    `${done.waited_ms}`,
  );
});

Deno.test("what each provider answered is kept, what somebody else asked for as well; only the own calls are counted", async () => {
  const told: string[] = [];
  const of = (provider: string): RateLimit => ({
    ...free,
    called: (call) => void told.push(`${provider} ${call.status}`),
  });
  const limit: RateLimit = { ...of("none"), for: of };
  const call = (provider: string, status: number | null): MarketCall => ({
    ...{ provider, path: "/quote", outcome: "ok", status, error: null },
    ...{ seconds: 0, attempt: 1 },
  });
  const market = (limit: RateLimit) =>
    ({
      quotes() {
        limit.for!("finnhub").called!(call("finnhub", 403));
        limit.for!("yahoo").rode!({ ...call("yahoo", 200), symbols: 9 });
        return Promise.reject(new MarketUnavailableError("busy"));
      },
    }) as unknown as Market;
  const done = await scanned(async function* (symbol, { market }) {
    await market.quotes(symbol);
    yield* [];
  }, { limit, market });
  assert.deepEqual(
    done.market_calls.map(({ provider, status, symbols }) =>
      `${provider} ${status} ${symbols}`
    ),
    ["finnhub 403 1", "yahoo 200 9"],
  );
  assert.deepEqual([done.calls, told], [{ ok: 1 }, ["finnhub 403"]]);
  assert.equal(symbolScanSchema.parse(done).market_calls.length, 2);
});

Deno.test("what the market says of a symbol is its outcome; a refused key is nobody's", async () => {
  const outcomes: [Error, string][] = [
    [new SymbolRefusedError("finnhub refuses SAP.DE: 403"), "refused"],
    [new UnknownSymbolError("AAPL", "finnhub"), "unknown"],
    [new MarketUnavailableError("busy"), "unavailable"],
    [new TypeError("no such field"), "failed"],
  ];
  for (const [error, outcome] of outcomes) {
    const done = await scanned(failing(error));
    assert.equal(done.outcome, outcome);
    assert.ok(done.error!.includes(error.message), done.error!);
  }
  const key = new MarketRefusedError("401");
  await assert.rejects(scanned(failing(key)), /401/);
  const away = new Error("Redis is away");
  const isUnavailable = (error: unknown) => error === away;
  await assert.rejects(scanned(failing(away), { isUnavailable }), /Redis/);
});
