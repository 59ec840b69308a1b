/** Messages as Kafka carries them: CloudEvents headers, and positions that sort. */
import { Buffer } from "node:buffer";
import type { RecordsBatch } from "@platformatic/kafka";
import type { Message, StoredMessage } from "../broker.ts";

/** A message as the world outside sees it, and where it stands in the log. */
export interface KafkaMessage extends LogPosition {
  readonly stored: StoredMessage;
}

/** A position in the order in which a topic is read: by time, then partition, then offset. */
export interface LogPosition {
  readonly storedAt: number;
  readonly partition: number;
  readonly offset: bigint;
}

const logAppendTime = 0b1000;
const control = 0b100000;

/**
 * Attributes become headers named as CloudEvents' Kafka binding says, `ce_id`, `ce_type`, …;
 * `traceparent` keeps its own name, because that is the one which tracing libraries look for.
 */
export function toHeaders(
  attributes: Message["attributes"],
): Record<string, string> {
  const headers: Record<string, string> = { ce_specversion: "1.0" };
  for (const [name, value] of Object.entries(attributes)) {
    headers[name === "traceparent" ? name : `ce_${name}`] = value;
  }
  return headers;
}

function toAttributes(
  headers: readonly [Buffer | null, Buffer | null][],
): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) {
    const header = String(name ?? "");
    if (header === "ce_specversion") continue;
    attributes[header.replace(/^ce_/, "")] = String(value ?? "");
  }
  return attributes;
}

/** The messages of a batch of records; transaction markers are not messages. */
export function fromBatch(
  partition: number,
  batch: RecordsBatch,
): KafkaMessage[] {
  if (batch.attributes & control) return [];
  const appended = batch.attributes & logAppendTime;
  return batch.records.map((record) => {
    const offset = batch.firstOffset + BigInt(record.offsetDelta);
    const storedAt = Number(
      appended
        ? batch.maxTimestamp
        : batch.firstTimestamp + record.timestampDelta,
    );
    const stored = {
      key: String(record.key ?? ""),
      attributes: toAttributes(record.headers),
      data: String(record.value ?? ""),
      position: formatPosition({ storedAt, partition, offset }),
      storedAt,
    };
    return { partition, offset, storedAt, stored };
  });
}

/** `1769868000000-0003-0000000000001234`: sorts as text in the order of reading. */
export function formatPosition(
  { storedAt, partition, offset }: LogPosition,
): string {
  return [pad(storedAt, 13), pad(partition, 4), pad(offset, 16)].join("-");
}

/** @throws {TypeError} if the text is not a position of this adapter. */
export function parsePosition(position: string): LogPosition {
  const [, storedAt, partition, offset] =
    /^(\d{13,})-(\d{4,})-(\d{16,})$/.exec(position) ?? [];
  if (!storedAt || !partition || !offset) {
    throw new TypeError(`not a position in a Kafka topic: ${position}`);
  }
  return {
    storedAt: Number(storedAt),
    partition: Number(partition),
    offset: BigInt(offset),
  };
}

export const byPosition = (a: LogPosition, b: LogPosition): number =>
  a.storedAt - b.storedAt || a.partition - b.partition ||
  Number(a.offset - b.offset);

const pad = (value: number | bigint, width: number): string =>
  String(value).padStart(width, "0");
