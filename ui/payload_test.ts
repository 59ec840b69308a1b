import assert from "node:assert/strict";
import { jsonText, payloadText, shortText } from "./payload.ts";

Deno.test("what is neither deep nor long is shown as JSON has it", () => {
  const value = { a: [1, "two", null, {}], b: { c: [], "d e": true } };
  assert.equal(jsonText(value), JSON.stringify(value, null, 2));
  assert.equal(shortText(value), JSON.stringify(value));
  assert.equal(payloadText('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(payloadText("no JSON"), "no JSON");
  assert.equal(shortText("as it is"), "as it is");
});

Deno.test("however deep and long a payload is, what is shown of it is short, and says so", () => {
  const deep = (n: number) => "[".repeat(n) + "]".repeat(n);
  assert.match(payloadText(deep(9_000)), /12 levels are shown/);
  assert.ok(payloadText(deep(9_000)).length < 1_000);
  assert.ok(payloadText(deep(15_000)).length < 21_000);
  const wide = JSON.parse(`[${Array(3_000).fill(deep(8)).join()}]`);
  assert.ok(jsonText(wide).length < 21_000);
  assert.match(jsonText(wide), /the rest is left out/);
  assert.ok(shortText(wide).length < 600);
  assert.match(payloadText("x".repeat(30_000)), /10,000 more characters/);
  assert.match(shortText("x".repeat(1_500)), /1,000 more characters/);
});
