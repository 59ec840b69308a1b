import assert from "node:assert/strict";
import { mostPasted, readPasted } from "./pasted.ts";

const texts = (text: string) => readPasted(text).map((one) => one.text);

Deno.test("symbols stand between commas, semicolons, spaces and lines, each once", () => {
  const wanted = ["AAPL", "brk/b", "M&M.NS"];
  for (
    const text of [
      "AAPL, brk/b, M&M.NS",
      "AAPL brk/b\nM&M.NS\n",
      "AAPL;brk/b;M&M.NS;AAPL;",
      "\ufeffAAPL\r\n\r\nbrk/b\r\nM&M.NS",
      "AAPL\tbrk/b\tM&M.NS",
    ]
  ) assert.deepEqual(texts(text), wanted, text);
});

Deno.test("of CSV, the column of symbols is taken, or the first", () => {
  const named =
    'Name,Ticker,Price\r\n"Apple, ""the"" Inc",AAPL,190\r\nX,,1\r\n';
  assert.deepEqual(texts(named), ["AAPL"]);
  assert.deepEqual(texts("name;Symbol\nApple;AAPL\nTesla;TSLA"), [
    "AAPL",
    "TSLA",
  ]);
  assert.deepEqual(texts("AAPL,Apple Inc,190\nTSLA,Tesla Inc,200"), [
    "AAPL",
    "TSLA",
  ]);
});

Deno.test("a column of lists says which, and the same symbol may be on two", () => {
  const text = "list,symbol,name\nChips,NVDA,NVIDIA\nTech,NVDA,NVIDIA\n,KO,\n";
  assert.deepEqual(readPasted(text), [
    { text: "NVDA", list: "Chips" },
    { text: "NVDA", list: "Tech" },
    { text: "KO", list: null },
  ]);
});

Deno.test("nothing is nothing, and too much is refused", () => {
  assert.deepEqual(readPasted(" ,\n;"), []);
  const many = Array.from({ length: mostPasted + 1 }, (_, i) => `S${i}`);
  assert.throws(() => readPasted(many.join(" ")), /5001 symbols.*at most 5000/);
  assert.equal(readPasted(many.slice(1).join("\n")).length, mostPasted);
});
