import assert from "node:assert/strict";
import {
  countText,
  percentText,
  priceText,
  signedText,
} from "../ui/numbers.ts";
import { timeText } from "../ui/Time.tsx";
import { zonedText } from "../ui/time_texts.ts";
import { inLocale, localeOf } from "./locale.ts";

const at = Date.parse("2026-01-31T14:35:00Z");

const all = () =>
  [
    priceText(742318.5),
    signedText(-0.00012, 0.5),
    percentText(-1234.5),
    countText(1234567),
    timeText(new Date(at).toISOString(), "full", at, "UTC"),
    zonedText(at, "weekday", "America/New_York"),
  ].map((text) => text.replaceAll(/[\u00a0\u202f]/g, " "));

Deno.test("numbers and times are as the reader writes them, and as ever for who does not say", async () => {
  const plain = [
    "742,318.50",
    "−0.0001",
    "−1,234.50%",
    "1,234,567",
    "31 Jan, 14:35 UTC",
    "Sat 31 Jan",
  ];
  assert.deepEqual(all(), plain);
  assert.deepEqual(inLocale("de-DE", all), [
    "742.318,50",
    "−0,0001",
    "−1.234,50 %",
    "1.234.567",
    "31. Jan., 14:35 UTC",
    "Sa., 31. Jan.",
  ]);
  assert.match(inLocale("en-US", all)[4]!, /^Jan 31, 02:35 PM UTC$/);
  // Each of two that are under way at once has its own.
  const [first, second] = await Promise.all(
    ["fr-FR", "en-IN"].map((one) =>
      inLocale(one, async () => {
        await Promise.resolve();
        return all();
      })
    ),
  );
  assert.equal(first![0], "742 318,50");
  assert.equal(second![0], "7,42,318.50");
  assert.deepEqual(all(), plain);
});

Deno.test("of what a browser likes, the best that is known is taken, and nothing odd", () => {
  const asked = (header?: string) =>
    localeOf(
      new Request("http://localhost/", {
        headers: header === undefined ? {} : { "accept-language": header },
      }),
    );
  assert.equal(asked(), "en-GB");
  assert.equal(asked("de-CH,de;q=0.9,en;q=0.8"), "de-CH");
  assert.equal(asked("en;q=0.2, fr-CA;q=0.8"), "fr-CA");
  assert.equal(asked("xx-YY, sv"), "sv");
  assert.equal(asked("de;q=0, *"), "en-GB");
  assert.equal(asked("de-u-nu-thai-ca-buddhist"), "en-GB");
  assert.equal(asked("en-QQ"), "en");
  assert.equal(asked("<script>,,;;q=x, ../.."), "en-GB");
});
