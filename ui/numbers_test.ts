import assert from "node:assert/strict";
import {
  countText,
  percentText,
  plural,
  priceText,
  signedText,
  trendOf,
} from "./numbers.ts";

Deno.test("a price has at least two decimals and four significant digits", () => {
  assert.equal(priceText(742318), "742,318.00");
  assert.equal(priceText(1234.5), "1,234.50");
  assert.equal(priceText(5.12341), "5.1234");
  assert.equal(priceText(5.12), "5.12");
  assert.equal(priceText(0.1234), "0.1234");
  assert.equal(priceText(0.000123), "0.000123");
  assert.equal(priceText(0.00000123), "0.00000123");
  assert.equal(priceText(-37.63), "−37.63");
  assert.equal(priceText(0), "0.00");
});

Deno.test("a change has the digits of its price, and is never 0 by them", () => {
  assert.equal(signedText(0.123456, 92.12), "+0.12");
  assert.equal(signedText(0.000003, 0.000123), "+0.000003");
  assert.equal(signedText(-0.0000012, 0.000123), "−0.0000012");
  assert.equal(signedText(1234.5, 92.12), "+1,234.50");
});

Deno.test("a change shows its sign, also without colour", () => {
  assert.equal(signedText(1.2), "+1.20");
  assert.equal(signedText(-0.35), "−0.35");
  assert.equal(signedText(0.0042), "+0.0042");
  assert.equal(signedText(0), "0.00");
  assert.equal(percentText(-1.234), "−1.23%");
});

Deno.test("what is not a number is a dash", () => {
  for (const text of [priceText, signedText, percentText, countText]) {
    assert.equal(text(null), "–");
    assert.equal(text(NaN), "–");
  }
  assert.equal(trendOf(null), "flat");
});

Deno.test("one is singular", () => {
  assert.equal(plural(1, "event"), "1 event");
  assert.equal(plural(2000, "event"), "2,000 events");
});
