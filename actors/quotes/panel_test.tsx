import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { noFigures } from "../../tests/support/quote_events.ts";
import { PricePanel } from "./panel.tsx";

const text = (html: string) => html.replaceAll(/<[^>]*>/g, "");

Deno.test("a price that was corrected says what it was, at its point, in the table and in a list", () => {
  const rows = [10, 11, 12].map((price, i) => ({
    symbol: "AAPL",
    at: `2026-01-30T15:0${i}:00.000Z`,
    price,
    ...noFigures,
    ...i === 1 && { former: [{ price: 11.5, told_at: null }] },
  }));
  const frame = {
    zone: "UTC",
    exchangeZone: "UTC",
    sessions: [],
    at: Date.parse(rows[1]!.at),
    other: null,
  };
  const html = renderToString(
    <PricePanel actor="quotes" symbol="AAPL" rows={rows} frame={frame} />,
  );
  assert.match(text(html), /11\.00, corrected, was 11\.50 · .*15:01/);
  assert.match(html, /<td>was 11\.50<\/td>/);
  assert.match(text(html), /Corrected since: 1 price/);
  assert.match(
    html,
    /data-event[^>]* href="\/events\/quotes\?symbol=AAPL&amp;at=2026-01-30T15%3A01%3A00.000Z"/,
  );
  const { former: _, ...plain } = rows[1]!;
  const without = renderToString(
    <PricePanel
      actor="quotes"
      symbol="AAPL"
      rows={[rows[0]!, plain, rows[2]!]}
      frame={frame}
    />,
  );
  assert.doesNotMatch(without, /[Cc]orrected/);
});
