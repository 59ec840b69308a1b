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

Deno.test("pages are handed out together, up to a batch, and what comes again by itself", async () => {
  const queue = new BatchQueue(5, 2);
  const sizeOfNext = async () => (await queue.next())!.deliveries.length;
  queue.put([delivery, delivery]);
  assert.equal(queue.hasRoom(), true);
  assert.equal(queue.hasRoom(2), false, "two would be more than a batch");
  queue.put([delivery, delivery]);
  assert.equal(
    queue.hasRoom(),
    false,
    "another page would be more than a batch",
  );
  assert.equal(await sizeOfNext(), 4);
  assert.equal(queue.hasRoom(), true);
  const again = { ...delivery, redelivered: true };
  for (const page of [[delivery], [again, again], [delivery]]) queue.put(page);
  assert.equal(await sizeOfNext(), 1);
  assert.equal(await sizeOfNext(), 2);
  assert.equal(await sizeOfNext(), 1);
});

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
