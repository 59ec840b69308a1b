import assert from "node:assert/strict";
import { HttpError } from "fresh";
import { param } from "./define.ts";

Deno.test("a parameter of the path is decoded, and what encodes no text is not found", () => {
  assert.equal(param({ params: { symbol: "%5EGSPC" } }, "symbol"), "^GSPC");
  assert.equal(param({ params: { symbol: "BRK.B" } }, "symbol"), "BRK.B");
  assert.equal(param({ params: {} }, "symbol"), "");
  assert.throws(
    () => param({ params: { symbol: "%E0%A4%A" } }, "symbol"),
    (error) => error instanceof HttpError && error.status === 404,
  );
});
