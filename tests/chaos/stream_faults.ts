/** What strikes the stream itself; on Redis only. The names in Redis are a contract: broker/redis/stream.ts. */
import type { Redis } from "ioredis";
import { toFields } from "../../broker/redis/stream.ts";
import { redisNames } from "../../db/redis_names.ts";
import { encode } from "../../engine/envelope.ts";
import actor from "./actor/mod.ts";
import { event } from "./deed_events.ts";
import type { Ledger } from "./ledger.ts";

const stream = redisNames().stream("chaos");
const group = redisNames().group("chaos");

/** Cuts the connections that wait for new entries. Resolves to how many. */
export async function killBlockedReaders(redis: Redis): Promise<number> {
  const clients = String(await redis.client("LIST")).split("\n");
  // Named `<group>:<consumer>` by broker/redis/source.ts.
  const readers = clients.filter((line) => line.includes(` name=${group}:`));
  const ids = readers.map((line) => /^id=(\d+)/.exec(line)![1]!);
  for (const id of ids) await redis.client("KILL", "ID", id);
  return ids.length;
}

export async function destroyGroup(redis: Redis): Promise<void> {
  await redis.xgroup("DESTROY", stream, group);
}

const id = "garbage";
const time = "2026-01-05T14:30:00.000Z";
const good = { type: "signalbox.chaos", subject: "G", time, v: "1" };

/** Entries that are no events, each in another way; none of them can be decoded. */
const garbage: readonly Record<string, string>[] = [
  { hello: "world" },
  { id, subject: "G" },
  { ...good, id, data: "{not JSON" },
  { ...good, id, data: "{}", v: "one" },
  { ...good, id, data: "{}", time: "yesterday" },
  { ...good, id, data: "{}", type: "signalbox.quotes" },
  { ...good, data: "{}" },
];

/** Writes an entry past the broker; what has to become of it is noted. */
export async function writeGarbage(
  redis: Redis,
  ledger: Ledger,
  number: number,
  form: number,
): Promise<void> {
  const shape = garbage[form % garbage.length]!;
  const name = `garbage:${number}`;
  const entry = ledger.note({
    id: name,
    symbol: "G",
    at: time,
    dies: "decode",
  });
  // What has no id is known by its data.
  const fields = { ...shape, ...(shape.id ? { id: name } : { data: name }) };
  entry.repeated = true;
  await redis.xadd(stream, "*", ...Object.entries(fields).flat());
  entry.acknowledged = true;
}

/**
 * KEYS stream. ARGV group, consumer, then the fields of a new entry. Writes it, and reads up to it for a
 * consumer that is never heard of again.
 */
const strand = `
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', 50, 'STREAMS', KEYS[1], '>')
return 1`;

/** Leaves an event, and what was unread before it, with a consumer that does not exist. */
export async function strandEvent(
  redis: Redis,
  ledger: Ledger,
  number: number,
): Promise<void> {
  const stranded = event(`strand:${number}`, "STRAND", number);
  const { id, symbol, at } = stranded;
  const entry = ledger.note({ id, symbol, at, dies: null });
  const fields = toFields(encode(actor, stranded));
  await redis.eval(strand, 1, stream, group, `nobody.${number}`, ...fields)
    .catch((error) => {
      // Between its destruction and its return the group has nothing to strand: it is written, though.
      if (!String(error).includes("NOGROUP")) throw error;
    });
  entry.acknowledged = true;
}
