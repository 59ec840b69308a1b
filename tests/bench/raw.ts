/**
 * The limit: the same work as a consumer's, bare, one part after the other, with nothing in between.
 * What Signalbox adds to it (decoding, checking, leases, dead letters) is what the ratio shows.
 */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import { topic } from "./events.ts";

const stream = `signalbox:stream:${topic}`;
const group = "bench-raw";

export interface RawRates {
  /** Events a second: XREADGROUP of a batch with the XACK of the last one, pipelined. */
  readonly read: number;
  /** `insert … select from unnest` of a batch. */
  readonly insert: number;
  /** The newest value of each symbol of a batch, by HSET. */
  readonly hset: number;
  /** The three added up: 1 / (1/read + 1/insert + 1/hset). */
  readonly total: number;
}

export async function measureRaw(
  redis: Redis,
  sql: Sql,
  count: number,
  size: number,
): Promise<RawRates> {
  await redis.xgroup("CREATE", stream, group, "0");
  const { rate: read, batches } = await measureRead(redis, count, size);
  await redis.xgroup("DESTROY", stream, group);
  const insert = await measureInsert(sql, batches);
  const hset = await measureHset(redis, batches);
  return { read, insert, hset, total: 1 / (1 / read + 1 / insert + 1 / hset) };
}

type Fields = string[];

async function measureRead(redis: Redis, count: number, size: number) {
  const batches: Fields[][] = [];
  let acknowledge: string[] = [];
  const began = performance.now();
  for (let n = 0; n < count;) {
    const pipeline = redis.pipeline();
    if (acknowledge.length) pipeline.xack(stream, group, ...acknowledge);
    pipeline.xreadgroup(
      "GROUP",
      group,
      "raw",
      "COUNT",
      size,
      "STREAMS",
      stream,
      ">",
    );
    const [, reply] = (await pipeline.exec())!.at(-1)!;
    const entries = (reply as [string, [string, Fields][]][])[0]![1];
    acknowledge = entries.map(([id]) => id);
    batches.push(entries.map(([, fields]) => fields));
    n += entries.length;
  }
  await redis.xack(stream, group, ...acknowledge);
  return { rate: count / (performance.now() - began) * 1_000, batches };
}

interface Row {
  readonly symbol: string;
  readonly at: string;
  readonly text: string;
  readonly data: Record<string, number>;
}

function rowsOf(batch: Fields[]): Row[] {
  return batch.map((fields) => {
    const text = fields[fields.indexOf("data") + 1]!;
    return {
      symbol: fields[fields.indexOf("subject") + 1]!,
      at: fields[fields.indexOf("time") + 1]!,
      text,
      data: JSON.parse(text),
    };
  });
}

const columns = [
  "price",
  "change",
  "percent_change",
  "high",
  "low",
  "open",
  "previous_close",
] as const;

async function measureInsert(sql: Sql, batches: Fields[][]): Promise<number> {
  const ready = batches.map((batch) => {
    const rows = rowsOf(batch);
    return {
      symbols: rows.map((row) => row.symbol),
      at: `{${rows.map((row) => row.at).join()}}`,
      numbers: columns.map((column) =>
        `{${rows.map((row) => row.data[column]).join()}}`
      ),
    };
  });
  const began = performance.now();
  for (const { symbols, at, numbers: [a, b, c, d, e, f, g] } of ready) {
    await sql`
      insert into quotes select * from unnest(${symbols}::text[], ${at}::text::timestamptz[],
        ${a!}::text::float8[], ${b!}::text::float8[], ${c!}::text::float8[], ${d!}::text::float8[],
        ${e!}::text::float8[], ${f!}::text::float8[], ${g!}::text::float8[]) on conflict do nothing`;
  }
  const ms = performance.now() - began;
  await sql`truncate quotes`;
  return batches.flat().length / ms * 1_000;
}

async function measureHset(redis: Redis, batches: Fields[][]): Promise<number> {
  const ready = batches.map((batch) =>
    Object.fromEntries(rowsOf(batch).map((row) => [row.symbol, row.text]))
  );
  const began = performance.now();
  for (const newest of ready) await redis.hset("bench:latest", newest);
  const ms = performance.now() - began;
  await redis.del("bench:latest");
  return batches.flat().length / ms * 1_000;
}
