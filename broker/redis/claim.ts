/**
 * Takes over what consumers that died had in hand. Liveness is looked at before anything is claimed,
 * and a name is removed only when nothing is pending with it: removing it destroys what is.
 */
import { type GroupConsumer, isGroupGone, reportTrimmed } from "./group.ts";
import { aliveKey } from "./stream.ts";

interface Consumer {
  readonly name: string;
  readonly pending: number;
  readonly idleMs: number;
}

/** Ids moved by one command; an id costs about 100 bytes. */
const pageSize = 1000;

/**
 * Moves stranded deliveries to our own consumer, by id only; whoever calls then drains what is pending
 * with us, a batch at a time. Resolves to how many were moved.
 */
export async function recoverStranded(me: GroupConsumer): Promise<number> {
  try {
    if (await startedJustNow(me)) return 0;
    const dead = await deadConsumers(me);
    if (dead.length === 0) return 0;
    const stranded = dead.some((one) => one.pending > 0);
    const count = stranded ? await sweep(me) : 0;
    if (count > 0) reportTakenOver(me, count, dead);
    for (const { name } of dead) await removeDead(me, name);
    return count;
  } catch (error) {
    // The reader notices as well, and makes the group again.
    if (isGroupGone(error) || isKeyGone(error)) return 0;
    throw error;
  }
}

/** While the server was down nobody could say that they live: give them time to. */
async function startedJustNow({ redis, claimAfterMs }: GroupConsumer) {
  const info = await redis.info("server").catch(() => "");
  const uptime = /^uptime_in_seconds:(\d+)/m.exec(info)?.[1];
  return uptime !== undefined && Number(uptime) * 1000 <= claimAfterMs;
}

async function deadConsumers(me: GroupConsumer): Promise<Consumer[]> {
  const { redis, group, consumer, claimAfterMs } = me;
  const quiet = (await consumersOf(me)).filter((one) =>
    one.name !== consumer && one.idleMs >= claimAfterMs
  );
  if (quiet.length === 0) return [];
  const keys = quiet.map((one) => aliveKey(group, one.name));
  const alive = await redis.mget(...keys);
  return quiet.filter((_, i) => alive[i] === null);
}

/** The consumers of the group, as XINFO lists them. */
async function consumersOf(
  { redis, stream, group }: GroupConsumer,
): Promise<Consumer[]> {
  const rows = await redis.xinfo("CONSUMERS", stream, group) as unknown[][];
  return rows.map((row) => {
    const value = (name: string) => row[row.indexOf(name) + 1];
    return {
      name: String(value("name")),
      pending: Number(value("pending")),
      idleMs: Number(value("idle")),
    };
  });
}

/** One call looks at ten times COUNT entries at most, so: until the cursor is back at the start. */
async function sweep(me: GroupConsumer): Promise<number> {
  const { redis, stream, group, consumer, claimAfterMs } = me;
  let cursor = "0-0";
  let count = 0;
  const gone: string[] = [];
  do {
    // JUSTID leaves the count of deliveries to the read that hands them out.
    const [next, ids, deleted] = await redis.xautoclaim(
      ...[stream, group, consumer, claimAfterMs, cursor] as const,
      ...["COUNT", pageSize, "JUSTID"] as const,
    ) as [string, string[], string[]?];
    count += ids.length;
    gone.push(...deleted ?? []);
    cursor = next;
  } while (cursor !== "0-0");
  await reportTrimmed(me, gone);
  return count;
}

function reportTakenOver(
  me: GroupConsumer,
  count: number,
  dead: Consumer[],
): void {
  const names = dead.filter((one) => one.pending > 0).map((one) => one.name);
  me.report({
    kind: "taken-over",
    detail: `${me.consumer} took over ${count} deliveries of ` +
      `${me.group} from ${names.join(", ")}`,
  });
}

/** KEYS stream, alive. ARGV group, consumer. */
const removal = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** Removes a consumer that is not alive and has nothing pending, in one step. */
export async function removeDead(
  me: GroupConsumer,
  name: string,
): Promise<void> {
  const { redis, stream, group } = me;
  await redis.eval(removal, 2, stream, aliveKey(group, name), group, name);
}

/** Says goodbye: a name with nothing pending does not stay; what is pending is taken over by a sweep. */
export async function leave(me: GroupConsumer): Promise<void> {
  const { redis, group, consumer } = me;
  await redis.del(aliveKey(group, consumer));
  await removeDead(me, consumer);
}

const isKeyGone = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("ERR no such key");
