import assert from "node:assert/strict";
import { guess, nearest } from "./nearest.ts";

const commands = ["status", "scan", "pause", "pending", "replay", "events"];

Deno.test("a word that is nearly right is known", () => {
  for (
    const [word, meant] of [
      ["stauts", "status"],
      ["sttus", "status"],
      ["STATUS", "status"],
      ["evnts", "events"],
      ["repaly", "replay"],
      ["scna", "scan"],
      ["stat", "status"],
    ] as const
  ) assert.equal(nearest(word, commands), meant, word);
});

Deno.test("a word that is nothing like any is not guessed at", () => {
  for (const word of ["", "x", "frobnicate", "pa"]) {
    const found = nearest(word, commands);
    assert.ok(found === undefined || word === "pa", `${word}: ${found}`);
  }
  assert.equal(guess("frobnicate", commands), "");
  assert.equal(guess("evnts", commands), '; did you mean "events"?');
});
