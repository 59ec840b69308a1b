import assert from "node:assert/strict";
import type { Delivery } from "../broker.ts";
import { BatchQueue } from "./dispatcher.ts";

const delivery: Delivery = {
  key: "A",
  attributes: {},
  data: "",
  position: "1-0",
  storedAt: 0,
  redelivered: false,
};

Deno.test("a clock that is set back does not delay another attempt", async () => {
  const real = Date.now;
  const queue = new BatchQueue(10);
  try {
    queue.put([delivery]);
    queue.putBack((await queue.next())!);
    Date.now = () => real() - 3_600_000;
    const late = setTimeout(() => queue.close(), 5_000);
    const again = await queue.next();
    clearTimeout(late);
    assert.equal(again?.attempt, 2);
    assert.equal(again?.deliveries[0]?.redelivered, true);
  } finally {
    Date.now = real;
    queue.close();
  }
});
