import assert from "node:assert/strict";
import type { Change } from "../db/latest.ts";
import { createProvenance, type ProvenanceParts } from "./provenance.ts";

const value = { symbol: "AAPL", at: "2026-01-30T21:00:00.000Z", price: 1 };

Deno.test("a value that has just come is given a moment for its trace, and no other", async () => {
  let asked = 0;
  let tell = (_change: Change) => {};
  const { provenance } = createProvenance({
    services: {
      values: {
        latest: () => Promise.resolve(new Map([["AAPL", value]])),
        onChange: (listener: typeof tell) => {
          tell = listener;
          return () => {};
        },
      },
      status: { actors: () => Promise.resolve([]) },
    },
    scans: { ofSymbol: () => Promise.resolve(new Map()) },
    traces: { of: () => Promise.resolve((asked++, new Map())) },
    deadLetters: { newestOf: () => Promise.resolve(new Map()) },
  } as unknown as ProvenanceParts);
  const { reason } = await provenance("quotes", "AAPL");
  assert.equal(reason, "how this value came was not recorded");
  assert.equal(asked, 1, "a page does not wait for what will not come");
  tell({ actor: "news", value });
  tell({ actor: "quotes", value: { ...value, symbol: "MSFT" } });
  await provenance("quotes", "AAPL");
  assert.equal(asked, 2);
  tell({ actor: "quotes", value });
  await provenance("quotes", "AAPL");
  assert.equal(asked, 4, "looked for once more");
});
