import assert from "node:assert/strict";
import { serverFolder } from "../tests/support/orphan.ts";
import { choosePort } from "./server.ts";

Deno.test("a port is remembered while it is free", async () => {
  const file = `${await serverFolder()}/port`;
  const port = await choosePort(file);
  assert.equal(await choosePort(file), port);
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.notEqual(await choosePort(file), port);
  listener.close();
});

Deno.test("a wanted port is taken as it is, and remembered", async () => {
  const file = `${await serverFolder()}/port`;
  const wanted = await choosePort(`${file}.other`);
  assert.equal(await choosePort(file, wanted), wanted);
  assert.equal(await choosePort(file), wanted);
});
