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

Deno.test("a symbol is written as its market does; what cannot be one is null", () => {
  const typed = {
    " brk.b ": "BRK.B",
    "EURUSD=X": "EURUSD=X",
    "0700.hk": "0700.HK",
    "m&m.ns": "M&M.NS",
    "oanda:eur_usd": "OANDA:EUR_USD",
    "^gspc": "^GSPC",
    "brk/b": "BRK.B",
    "$aapl": "AAPL",
    ["$" + "a".repeat(20)]: "A".repeat(20),
  };
  for (const [text, symbol] of Object.entries(typed)) {
    assert.equal(parseSymbol(text), symbol);
    assert.equal(parseSymbol(symbol), symbol, "it stays what it is");
  }
  const refused = [
    ...["", "$", "$$A", "A$", "-A", ".A", "/A", "&A", "_A", "=A", "@A", "A B"],
    ...[
      "A\0",
      "A\nB",
      "A,B",
      "A;B",
      "A<B",
      'A"',
      "A'",
      "A%",
      "A#",
      "A?",
      "A\\B",
    ],
    ...["É", "ſ", "A".repeat(21)],
  ];
  for (const text of refused) assert.equal(parseSymbol(text), null, text);
});
