import assert from "node:assert/strict";
import { judge } from "./durability.ts";

const safe = {
  replicas: 3,
  inSync: 2,
  flushMessages: Infinity,
  flushMs: Infinity,
  unclean: false,
};

Deno.test("two acknowledging replicas lose nothing, and there is nothing to warn of", () => {
  const durability = judge([safe]);
  assert.equal(durability.loss_window_ms, 0);
  assert.deepEqual(durability.warnings, []);
});

Deno.test("the least safe topic is what is told", () => {
  const durability = judge([safe, { ...safe, replicas: 1, inSync: 1 }]);
  assert.equal(durability.loss_window_ms, 30_000);
  assert.match(durability.warnings.join(), /replication=3/);
});

Deno.test("one acknowledging replica of several is warned of, with the line to change", () => {
  const { warnings } = judge([{ ...safe, inSync: 1, unclean: true }]);
  assert.match(warnings[0]!, /min\.insync\.replicas=2/);
  assert.match(warnings[1]!, /unclean\.leader\.election\.enable=false/);
});

Deno.test("Kafka's own flushing narrows the window", () => {
  const alone = { ...safe, replicas: 1, inSync: 1 };
  assert.equal(judge([{ ...alone, flushMs: 1000 }]).loss_window_ms, 1000);
  assert.equal(judge([{ ...alone, flushMessages: 1 }]).loss_window_ms, 0);
});
