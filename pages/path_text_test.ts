import assert from "node:assert/strict";
import { pathText } from "./path_text.ts";

Deno.test("a parameter of a path is decoded to the end, and never fails", () => {
  assert.equal(pathText("BINANCE%3ABTCUSDT"), "BINANCE:BTCUSDT");
  assert.equal(pathText("BRK.B"), "BRK.B");
  assert.equal(pathText("100%"), "100%");
  assert.equal(pathText(undefined), "");
});
