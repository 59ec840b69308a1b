import assert from "node:assert/strict";
import type { MarketCall } from "../market/market.ts";
import { sleep } from "../wait.ts";
import { keepCalls, keptCallsSchema } from "./kept_calls.ts";

const tried = (call: Partial<MarketCall>): MarketCall => ({
  provider: "finnhub",
  path: "/quote",
  outcome: "ok",
  status: 200,
  error: null,
  seconds: 0.004,
  attempt: 1,
  ...call,
});

/** What is kept of these tries, without its times. */
function kept(...tries: readonly Partial<MarketCall>[]) {
  const { note, calls } = keepCalls();
  for (const one of tries) note(tried(one));
  return keptCallsSchema.parse(calls()).map((
    { provider, path, status, symbols, tries },
  ) => [provider, path, symbols, status, tries.map(({ status }) => status)]);
}

Deno.test("tries for the same answer are one call, also where others are made between them", () => {
  assert.deepEqual(
    kept(
      { status: 503, error: "answered 503" },
      { provider: "yahoo", path: "/v7/finance/quote", symbols: 12 },
      { path: "/company-news", status: null, error: "the connection failed" },
      { attempt: 2 },
      { path: "/company-news", attempt: 2, status: 429, error: "limited" },
      {},
    ),
    [
      ["finnhub", "/quote", 1, 200, [503, 200]],
      ["yahoo", "/v7/finance/quote", 12, 200, [200]],
      ["finnhub", "/company-news", 1, 429, [null, 429]],
      ["finnhub", "/quote", 1, 200, [200]],
    ],
  );
});

Deno.test("a call lasts from its first try to the end of its last, with what was waited between them", async () => {
  const { note, calls } = keepCalls();
  await sleep(30);
  note(tried({ status: 503, seconds: 0.01 }));
  await sleep(60);
  note(tried({ attempt: 2, seconds: 0.02 }));
  const [{ after_ms, duration_ms, tries }] = calls() as [
    ReturnType<typeof calls>[number],
  ];
  assert.ok(after_ms >= 15, `${after_ms}`);
  assert.ok(duration_ms >= 65, `${duration_ms}`);
  assert.deepEqual(tries.map(({ duration_ms }) => duration_ms), [10, 20]);
});

Deno.test("however many there are and whatever they say, a few are kept, the last ones", () => {
  const long = { error: "no ".repeat(1_000), path: `/${"x".repeat(1_000)}` };
  const many = Array.from({ length: 30 }, (_, n) => ({ ...long, status: n }));
  const calls = kept(...many);
  assert.deepEqual(calls.map((call) => call[3]), [
    ...Array.from({ length: 10 }, (_, n) => 20 + n),
  ]);
  const endless = Array.from({ length: 25 }, (_, n) => ({ attempt: n + 1 }));
  assert.ok(kept(...endless).length <= 10);
});
