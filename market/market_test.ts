import assert from "node:assert/strict";
import { cleanText, parseSymbol, webAddress } from "./market.ts";

Deno.test("control characters, lone surrogates and directional overrides are gone", () => {
  assert.equal(cleanText("a\u0000b\ud800c\udc00d", 99), "a bcd");
  assert.equal(
    cleanText("up \u202eezeerf\u202c \u2066x\u2069", 99),
    "up ezeerf x",
  );
  assert.equal(cleanText("\u0007\u009b31m", 99), "31m");
});

Deno.test("white space of every kind becomes one space", () => {
  assert.equal(cleanText("  one\r\n\ttwo\u00a0 three ", 99), "one two three");
});

Deno.test("what is whole stays whole: letters, signs, pairs and joined emoji", () => {
  const text = "São Paulo <b>&amp; “R&D” 👩‍🔬 𝒳 שלום";
  assert.equal(cleanText(text, 99), text);
});

Deno.test("a cut leaves no half of a pair and stays within its bound", () => {
  assert.equal(cleanText("abcdef", 6), "abcdef");
  assert.equal(cleanText("abcdefg", 6), "abcde…");
  assert.equal(cleanText("abcd😀😀", 6), "abcd…");
  assert.ok(cleanText("abcd😀😀", 6).isWellFormed());
});

Deno.test("only http and https addresses are kept", () => {
  assert.equal(
    webAddress("https://example.com/a b"),
    "https://example.com/a%20b",
  );
  assert.equal(webAddress("HTTP://EXAMPLE.com"), "http://example.com/");
  for (
    const bad of [
      "",
      null,
      undefined,
      "javascript:alert(1)",
      " JaVaScRiPt:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "//example.com",
      "/path",
      "ftp://example.com",
      `https://example.com/${"x".repeat(2048)}`,
    ]
  ) assert.equal(webAddress(bad), null, String(bad));
});

Deno.test("a symbol is written in capitals; what cannot be one is null", () => {
  assert.equal(parseSymbol(" brk.b "), "BRK.B");
  assert.equal(parseSymbol("EURUSD=X"), "EURUSD=X");
  assert.equal(parseSymbol("0700.hk"), "0700.HK");
  const refused = ["", "-A", ".A", "A B", "A\0", "É", "ſ", "A".repeat(21)];
  for (const text of refused) assert.equal(parseSymbol(text), null, text);
});
