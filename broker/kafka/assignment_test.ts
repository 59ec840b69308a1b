import assert from "node:assert/strict";
import { Partition, spansOf, takeBatch } from "./assignment.ts";
import type { KafkaMessage } from "./records.ts";

function partitionOf(id: number, ...offsets: number[]): Partition {
  const partition = new Partition(id, BigInt(offsets[0] ?? 0), 0n);
  partition.held = offsets.map((offset) =>
    ({ partition: id, offset: BigInt(offset) }) as KafkaMessage
  );
  return partition;
}

const names = (batch: readonly KafkaMessage[]) =>
  batch.map(({ partition, offset }) => `${partition}:${offset}`);

Deno.test("a batch is filled from several partitions, in order within each", () => {
  const line = [partitionOf(0, 5, 6), partitionOf(1), partitionOf(2, 1, 2, 3)];
  assert.deepEqual(names(takeBatch(line, 4)), ["0:5", "0:6", "2:1", "2:2"]);
  assert.deepEqual(names(takeBatch(line, 4)), ["2:3"]);
  assert.deepEqual(names(takeBatch(line, 4)), []);
});

Deno.test("a partition with more than it can hand out does not keep others from their turn", () => {
  const line = [partitionOf(0, 1, 2, 3, 4), partitionOf(1, 1)];
  assert.deepEqual(names(takeBatch(line, 2)), ["0:1", "0:2"]);
  assert.deepEqual(names(takeBatch(line, 2)), ["1:1", "0:3"]);
});

Deno.test("what was rejected comes again alone, after a pause that grows", () => {
  const [bad, good] = [partitionOf(0, 1), partitionOf(1, 1, 2)];
  bad.rewind(1n, 1000);
  const first = bad.retryAt - 1000;
  bad.rewind(1n, 1000);
  assert.ok(first >= 75 && bad.retryAt - 1000 > first);
  assert.equal(bad.next, 1n);
  bad.held = partitionOf(0, 1).held; // fetched again
  const line = [bad, good];
  assert.deepEqual(names(takeBatch(line, 10)), ["0:1"]);
  bad.held = partitionOf(0, 1).held;
  assert.deepEqual(names(takeBatch(line, 10)), ["1:1", "1:2"]);
});

Deno.test("a batch is taken apart by partition, to be committed or rewound", () => {
  const line = [partitionOf(0, 5, 6), partitionOf(1, 9)];
  const spans = spansOf(line, takeBatch(line, 10));
  const ends = Array.from(spans, ([id, { first, last }]) => [id, first, last]);
  assert.deepEqual(ends, [[0, 5n, 6n], [1, 9n, 9n]]);
});

Deno.test("what may have been delivered to one that died is handed out apart, and holds up no other partition", () => {
  const [risky, fresh, other] = [
    new Partition(0, 1n, 3n),
    partitionOf(1, 7),
    partitionOf(2, 4),
  ];
  risky.held = partitionOf(0, 1, 2, 3).held;
  const line = [risky, fresh, other];
  assert.deepEqual(names(takeBatch(line, 2)), ["0:1", "0:2"]);
  risky.delivered = 4n;
  assert.deepEqual(names(takeBatch(line, 10)), ["1:7", "2:4"]);
  assert.deepEqual(names(takeBatch(line, 10)), ["0:3"]);
});
