/** The commands of the watchlist, over the real API. */
import assert from "node:assert/strict";
import { connectApi } from "../ctl/api.ts";
import { UsageError } from "../ctl/command.ts";
import { watchlistCommands } from "../ctl/watchlist.ts";
import { exactTimes } from "./support/ctl.ts";
import { startApi } from "./support/api_system.ts";

const { list, add, remove, import: importFile, lists } = watchlistCommands;

Deno.test("symbols and names are added, exported, removed and imported again, each list for itself", async () => {
  await using server = await startApi();
  const api = connectApi(server.url);
  let said = "";
  const answer = (_: unknown, text: string) => void (said = text);
  const context = {
    ...exactTimes,
    ...{ api, env: {}, answer, note: () => {}, flags: {} },
  };
  assert.equal(await add.run(["Tesla", "brk/b", "Teslo"], context), false);
  assert.match(
    said,
    /^TSLA \(Tesla Inc\): added\nBRK.B .*: added\nTeslo: unkn/,
  );
  assert.match(said, /\n {2}TSLA \(Tesla Inc\)$/);
  await lists.run([], { ...context, flags: { make: "Chips" } });
  assert.match(said, /2 {2}Chips +0$/);
  const chips = { ...context, flags: { list: "chips" } };
  assert.equal(await add.run(["NVDA"], chips), true);
  await list.run([], chips);
  assert.match(said, /^SYMBOL +NAME.*\nNVDA +NVIDIA Corp +\S+Z +knows it$/);
  await list.run([], { ...context, flags: { csv: true } });
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, said);
    await remove.run(["TSLA"], context);
    await lists.run([], { ...context, flags: { delete: "Chips" } });
    assert.equal(await importFile.run([file], context), true);
    assert.equal(said, "2 added, 1 known before, 0 not added");
  } finally {
    await Deno.remove(file);
  }
  await assert.rejects(importFile.run(["/nowhere"], context), UsageError);
  const nope = { ...context, flags: { list: "nope" } };
  await assert.rejects(list.run([], nope), /there are: Watchlist, Chips/);
});
