import assert from "node:assert/strict";
import {
  brokerHosts,
  brokerName,
  brokerSchemes,
  connectBroker,
} from "./open.ts";

Deno.test("the scheme picks the adapter", async () => {
  const broker = await connectBroker("memory:connect-test");
  assert.equal(broker.name, "memory");
  await broker.close();
});

Deno.test("an unknown scheme is named, with what is allowed, and no password", async () => {
  const urls = ["amqp://u:secret@host", "localhost:6379", "", "constructor:x"];
  for (const url of urls) {
    await assert.rejects(connectBroker(url), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /^no broker for "/);
      assert.match(error.message, /redis:, rediss:, redis\+sentinel:/);
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  }
});

Deno.test("a claim threshold that cannot be kept is refused", async () => {
  const connecting = connectBroker("memory:x", { claimAfterMs: 10 });
  await assert.rejects(connecting, /claimAfterMs is 10: 100 is the least/);
});

Deno.test("hosts come from the URL alone", () => {
  assert.deepEqual(brokerHosts("redis://u:p@cache:1"), ["cache:1"]);
  assert.deepEqual(brokerHosts("kafka://a:1,b:2"), ["a:1", "b:2"]);
  assert.deepEqual(brokerHosts("memory:"), []);
});

Deno.test("the name comes from the URL alone, and every scheme has one", () => {
  assert.equal(brokerName("rediss://cache"), "redis");
  assert.equal(brokerName("KAFKA+SSL://a"), "kafka");
  assert.equal(brokerName("memory:"), "memory");
  assert.throws(() => brokerName("amqp://host"), TypeError);
  assert.deepEqual([...new Set(brokerSchemes.map(brokerName))], [
    "redis",
    "kafka",
  ]);
});
