import assert from "node:assert/strict";
import { connectMemory } from "../broker/memory.ts";
import { conformance } from "./conformance/conformance.ts";

conformance("memory", () => {
  const url = `memory:${crypto.randomUUID()}`;
  return Promise.resolve({
    connect: () => connectMemory(url),
    close: () => Promise.resolve(),
  });
});

Deno.test("memory brokers share topics by their URL only", async () => {
  const name = `memory:${crypto.randomUUID()}`;
  const [one, same, other] = await Promise.all(
    [name, name, `${name}-other`].map(connectMemory),
  );
  await one!.publish("t", [{ key: "K", attributes: {}, data: "" }]);
  assert.equal(await same!.depth("t"), 1);
  assert.equal(await other!.depth("t"), 0);
});
