import assert from "node:assert/strict";
import { payloadText } from "./payload.ts";

Deno.test("a payload is shown with its lines, and what is no JSON as it came", () => {
  assert.equal(payloadText('{"price":1}'), '{\n  "price": 1\n}');
  assert.equal(payloadText("no json"), "no json");
});

Deno.test("a payload that is deep, wide or long costs a page no more than any other", () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const wide = JSON.stringify(Array.from({ length: 5_000 }, (_, n) => n));
  const long = JSON.stringify({ text: "x".repeat(100_000) });
  for (const data of [deep, wide, long, "y".repeat(1_000_000)]) {
    assert.ok(payloadText(data).length < 25_000);
  }
  assert.match(payloadText(wide), /… \(4800 more\)/);
  assert.match(payloadText(long), /x… \(98000 more characters\)/);
});
