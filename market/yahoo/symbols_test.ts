import assert from "node:assert/strict";
import { fromYahoo, toYahoo } from "./symbols.ts";

Deno.test("a class of shares has a dash at Yahoo and a point here, an exchange has a point at both", () => {
  const both = [
    ["BRK.B", "BRK-B"],
    ["RCI.B.TO", "RCI-B.TO"],
    ["MOG.A", "MOG-A"],
    ["AAPL", "AAPL"],
    ["VOD.L", "VOD.L"],
    ["7203.T", "7203.T"],
    ["SAP.F", "SAP.F"],
    ["SAP.DE", "SAP.DE"],
    ["M&M.NS", "M&M.NS"],
    ["^GSPC", "^GSPC"],
    ["EURUSD=X", "EURUSD=X"],
    ["GC=F", "GC=F"],
    ["BTC-USD", "BTC-USD"],
    ["BAC-PL", "BAC-PL"],
  ] as const;
  for (const [ours, yahoos] of both) {
    assert.equal(toYahoo(ours), yahoos);
    assert.equal(fromYahoo(yahoos), ours);
  }
});

Deno.test("what people add as Yahoo or as Finnhub writes it is found as well", () => {
  assert.equal(toYahoo("BRK-B"), "BRK-B");
  assert.equal(toYahoo("OANDA:EUR_USD"), "EURUSD=X");
  assert.equal(toYahoo("FX:GBP-JPY"), "GBPJPY=X");
});
