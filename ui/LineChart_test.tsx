import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { sessionsBetween } from "../market/hours.ts";
import type { Point } from "./chart_parts.tsx";
import { LineChart } from "./LineChart.tsx";
import type { Frame } from "./view.ts";

const minute = 60_000;

function draw(points: readonly Point[], changes: Partial<Frame> = {}): string {
  const frame: Frame = {
    zone: "America/New_York",
    exchangeZone: "America/New_York",
    sessions: sessionsBetween(
      new Date("2026-11-18"),
      new Date(points.at(-1)!.at),
    ),
    at: null,
    other: null,
    ...changes,
  };
  return renderToString(
    <LineChart
      id="prices"
      label="The <price>"
      line={{ points, trend: "up" }}
      frame={frame}
      text={String}
    />,
  );
}

/** Two sessions; in the second nothing came for so many minutes. */
function points(outage = 0): Point[] {
  return ["2026-11-24T14:30Z", "2026-11-25T14:30Z"].flatMap((open, day) =>
    Array.from({ length: 196 }, (_, i) => i * 2)
      .filter((m) => day === 0 || m <= 90 || m >= 90 + outage)
      .map((m) => ({
        at: Date.parse(open) + m * minute,
        value: 100 + m % 7,
      }))
  );
}

const lineOf = (html: string) =>
  /<path class="line" d="([^"]+)"/.exec(html)![1]!;

Deno.test("without an outage the line is whole, over a break that is marked and dated", () => {
  const html = draw(points());
  assert.equal(lineOf(html).split("M").length, 2);
  assert.match(
    html,
    /Closed from Tue,? 24 Nov 2026.*? 16:00 to Wed,? 25 Nov 2026.*? 09:30/,
  );
  assert.match(html, /<text[^>]*>Wed,? 25 Nov<\/text>/);
  assert.doesNotMatch(html, /class="gap"/);
});

Deno.test("an outage cuts the line, and is said in the picture and in words", () => {
  const html = draw(points(210));
  assert.equal(lineOf(html).split("M").length, 3);
  assert.match(html, /Nothing from Wed,? 25 Nov 2026.*? 11:00 to .*? 14:30/);
  assert.match(html, />no data</);
  assert.match(html, /A gap: nothing was gathered then/);
  assert.match(
    html,
    /Times in New York\. Only hours in which the exchange is closed are left out/,
  );
});

Deno.test("an instant to point at has its crosshair and its readout without a script", () => {
  const at = Date.parse("2026-11-25T19:35:10Z");
  const html = draw(points(), { at, zone: "UTC" });
  assert.match(html, /aria-live="polite">\S+ · Wed,? 25 Nov 2026.*? 19:3[46]</);
  assert.doesNotMatch(html, /data-hidden/);
  assert.match(draw(points()), /data-hidden/);
});

Deno.test("texts are escaped, and one point alone is drawn as a dot", () => {
  const html = draw(points().slice(0, 1));
  assert.match(html, /aria-label="The &lt;price>"/);
  assert.match(lineOf(html), /^M500 \S+h\.01$/);
});
