import assert from "node:assert/strict";
import type { PastScan } from "../../db/symbol_scans.ts";
import type { KeptCall } from "../../engine/kept_calls.ts";
import type { EventWay } from "../../host/event_ways.ts";
import { tookText } from "../../ui/Time.tsx";
import { stepsOf } from "./steps.ts";

const nothing: EventWay = {
  signal: "quotes",
  position: "2-0",
  entry: null,
  event_id: null,
  symbol: "AAPL",
  at: null,
  trace_id: null,
  published_at: null,
  scan: null,
  stored: null,
  pending: null,
  letter: null,
  rows: [],
};

const told = (way: Partial<EventWay>) =>
  stepsOf({ ...nothing, ...way }).map(({ what, detail }) =>
    `${what}: ${detail}`
  );

Deno.test("a way of which nothing is left says so at each stage", () => {
  const [scanned, published, stored] = told({});
  assert.match(scanned!, /^Scanned: It carries no trace/);
  assert.match(published!, /does not hold it any more/);
  assert.match(stored!, /^Stored: Nothing is known/);
});

Deno.test("an entry that was delivered and is not acknowledged says where it hangs", () => {
  const pending = {
    position: "2-0",
    consumer: "1.quotes.0",
    idle_ms: 61_000,
    deliveries: 2,
  };
  const [, , delivered] = told({ pending, trace_id: "abc" });
  assert.match(delivered!, /To 1\.quotes\.0, 2 times .* for 1 min\./);
});

const scan: PastScan = {
  symbol: "AAPL",
  market: "finnhub,yahoo",
  scan_id: "0af7651916cd43dd8448eb211c80319c",
  slot: null,
  started_at: new Date("2026-01-31T14:30:00.000Z"),
  tried_at: new Date("2026-01-31T14:30:01.500Z"),
  outcome: "ok",
  error: null,
  calls: 2,
  market_calls: null,
  published: 1,
  duration_ms: 1_500,
  waited_ms: 0,
};
const call: KeptCall = {
  provider: "finnhub",
  path: "/quote",
  symbols: 1,
  status: 200,
  after_ms: 40,
  duration_ms: 1_100,
  tries: [
    { status: 503, error: 'answered 503 "busy"', duration_ms: 210 },
    { status: 200, error: null, duration_ms: 340 },
  ],
};

Deno.test("each call to the market stands between its scan and its publication, with its tries", () => {
  const late = "no answer within 2500 ms";
  const refused = { status: 403, error: "finnhub refuses it", duration_ms: 3 };
  const market_calls: KeptCall[] = [
    call,
    { ...call, status: 403, duration_ms: 3, tries: [refused] },
    {
      ...call,
      status: null,
      tries: [{ status: null, error: late, duration_ms: 2_500 }],
      duration_ms: 2_500,
    },
    {
      ...call,
      provider: "yahoo",
      path: "/v7/finance/quote",
      symbols: 12,
      duration_ms: 250,
      tries: [{ status: 200, error: null, duration_ms: 250 }],
    },
  ];
  // By the clock of another server, before it was asked for.
  const published_at = "2026-01-31T14:29:59.990Z";
  const steps = stepsOf({
    ...nothing,
    published_at,
    scan: { ...scan, market_calls },
  });
  assert.deepEqual(
    steps.slice(1, 5).map(({ what, detail, look }) => [what, detail, look]),
    [
      [
        "Call to finnhub",
        "/quote: 200 after 2 tries (503, 210 ms; 200, 340 ms), 1.1 s in all.",
        "good",
      ],
      ["Call to finnhub", "/quote: 403 in 3 ms: finnhub refuses it.", "bad"],
      ["Call to finnhub", `/quote: ${late} in 2.5 s.`, "bad"],
      [
        "Call to yahoo",
        "/v7/finance/quote: 200 in 250 ms, one call for 12 symbols.",
        "good",
      ],
    ],
  );
  assert.equal(steps[1]!.at, "2026-01-31T14:30:00.040Z");
  assert.equal(steps[5]!.what, "Published");
});

Deno.test("a scan that was recorded before its calls were kept is told as it was", () => {
  const [scanned, published] = told({ scan });
  assert.match(scanned!, /^Scanned: Asked .*: 2 calls, retries included, in/);
  assert.match(published!, /^Published/);
});

Deno.test("durations between stages are told to the millisecond, as long as that matters", () => {
  assert.deepEqual([0, 12.4, 1_250, 61_000].map(tookText), [
    "0 ms",
    "12 ms",
    "1.3 s",
    "1 min",
  ]);
});
