import assert from "node:assert/strict";
import { parseSymbol } from "./symbol.ts";

Deno.test("a symbol is written in capitals; what cannot be one is null", () => {
  assert.equal(parseSymbol(" brk.b "), "BRK.B");
  assert.equal(parseSymbol("EURUSD=X"), "EURUSD=X");
  assert.equal(parseSymbol("0700.hk"), "0700.HK");
  const refused = ["", "-A", ".A", "A B", "A\0", "É", "ſ", "A".repeat(21)];
  for (const text of refused) assert.equal(parseSymbol(text), null, text);
});
