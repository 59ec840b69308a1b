import assert from "node:assert/strict";
import { deadline } from "../../wait.ts";
import type { GroupConsumer } from "./group.ts";
import { BatchQueue } from "./dispatcher.ts";
import { Leases } from "./lease.ts";
import { Reader } from "./reader.ts";
import type { Source } from "./source.ts";
import type { Entry } from "./stream.ts";

const consumer = { stream: "s", group: "g", consumer: "c" } as GroupConsumer;

/** What is pending with us, by the order of the asking; nothing new ever comes. */
function sourceOf(pages: (() => Entry[])[]): Source {
  const over = Promise.withResolvers<Entry[]>();
  const source: Pick<Source, keyof Source> = {
    page: 10,
    lastReadAt: 0,
    pendingAfter: () => Promise.resolve(pages.shift()?.() ?? []),
    newEntries: () => over.promise,
    waitingEntries: () => Promise.resolve([]),
    ensureGroup: () => Promise.resolve(),
    isRepeated: () => false,
    wake: () => over.resolve([]),
    giveUp: () => false,
    close() {},
    ask: () => Promise.reject(new Error("is not asked")),
  };
  return source as Source;
}

Deno.test("a drain that is asked for while its first page comes begins again", async () => {
  const queue = new BatchQueue(10);
  const leases = new Leases(consumer, () => {}, () => {});
  const source = sourceOf([
    () => (reader.drain(), []),
    () => [["1-0", ["id", "taken over meanwhile"]]],
  ]);
  const reader = new Reader(source, consumer, leases, queue);
  const running = reader.run();
  const batch = await deadline(queue.next(), 5_000, "nothing was handed on");
  assert.deepEqual(batch?.deliveries.map((one) => one.position), ["1-0"]);
  await reader.stop();
  await running;
});
