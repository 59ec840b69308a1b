import assert from "node:assert/strict";
import { actorFolders, isActorName } from "./discovery.ts";

Deno.test("the folders of actors are found in order, without files and hidden folders", async () => {
  const root = await Deno.makeTempDir();
  for (const name of ["quotes", "Odd name", "news", ".git"]) {
    await Deno.mkdir(`${root}/${name}`);
  }
  await Deno.writeTextFile(`${root}/README.md`, "");
  assert.deepEqual(await actorFolders(new URL(`file://${root}/`)), [
    "Odd name",
    "news",
    "quotes",
  ]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("an actor's name is lower-case letters, digits and _, a letter first", () => {
  for (const name of ["quotes", "day_range2", "a".repeat(41)]) {
    assert.ok(isActorName(name), name);
  }
  for (
    const name of ["", "Quotes", "2day", "_a", "a-b", "../x", "a".repeat(42)]
  ) {
    assert.ok(!isActorName(name), name);
  }
});
