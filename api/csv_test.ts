import assert from "node:assert/strict";
import { csv } from "./csv.ts";

Deno.test("a field is quoted when it holds a comma, a quote or a line break", () => {
  const texts = ["plain", "a,b", 'say "no"', "two\nlines", "cr\r", " edge "];
  assert.equal(
    csv(["t"], texts.map((t) => ({ t }))),
    't\r\nplain\r\n"a,b"\r\n"say ""no"""\r\n"two\nlines"\r\n"cr\r"\r\n" edge "\r\n',
  );
});

Deno.test("null and missing fields are empty, objects are JSON, and nothing is altered", () => {
  const rows = [{ a: null, b: { x: 1 }, c: "=1+1", d: -1.5e-7 }];
  assert.equal(
    csv(["a", "b", "c", "d", "e"], rows),
    'a,b,c,d,e\r\n,"{""x"":1}",=1+1,-1.5e-7,\r\n',
  );
});

Deno.test("without rows there is the header", () => {
  assert.equal(csv(["symbol", "at"], []), "symbol,at\r\n");
});

Deno.test("for a spreadsheet no text is a formula, and numbers stay numbers", () => {
  const texts = ["=1+1", "+1", "-1", "@a", "\t=1", "a=1", "'"];
  const rows = texts.map((a) => ({ a, b: -1 }));
  assert.equal(
    csv(["a", "b"], rows, true),
    "a,b\r\n'=1+1,-1\r\n'+1,-1\r\n'-1,-1\r\n'@a,-1\r\n'\t=1,-1\r\na=1,-1\r\n',-1\r\n",
  );
});
