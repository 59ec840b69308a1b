/**
 * Tells the group that this consumer lives and works on what it holds: everything delivered to it and
 * not yet acknowledged, be it in hand, read ahead, or waiting for another attempt. Without this a
 * handler that is slower than the claim threshold would have its work run twice.
 */
import { isGroupGone, type Place } from "./group.ts";
import { compareIds } from "./entry.ts";
import { aliveKey } from "./names.ts";

export interface Leases {
  hold(ids: readonly string[]): void;
  release(ids: readonly string[]): void;
  /** Everything held was lost with its group; what is in hand is finished all the same. */
  forget(): void;
  readonly size: number;
  /**
   * Runs a read of what is pending with us. Afterwards `isNew` tells which of its ids we neither hold
   * nor acknowledged in the meantime: the reply may be older than our last acknowledgement.
   */
  watching<T>(read: (isNew: (id: string) => boolean) => Promise<T>): Promise<T>;
  /** False while our own leases were not kept up lately: then others may seem dead who are not. */
  readonly steady: boolean;
  /** Says that we live, and renews what we hold, three times within the claim threshold. */
  start(): void;
  stop(): void;
}

export interface LeaseEvents {
  /** These are another's now, or acknowledged by another: hand them out no more. */
  lost(ids: ReadonlySet<string>): void;
  /** Something is pending with us that we do not know of: a reply was lost on its way. */
  stray(): void;
}

/**
 * KEYS stream, alive. ARGV group, consumer, ttl, then the ids held, in order. A lease that another
 * consumer has taken is not taken back. Returns the first pending id that is not held, and the ids
 * that are no longer ours.
 */
const renewal = `
local stream, group, me = KEYS[1], ARGV[1], ARGV[2]
redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
local held, mine, stray = {}, {}, ''
for i = 4, #ARGV do held[ARGV[i]] = true end
local oldest = redis.call('XPENDING', stream, group, '-', '+', 1000, me)
for _, p in ipairs(oldest) do
  if not held[p[1]] then stray = p[1] break end
end
if #ARGV < 4 then return {stray} end
local from = ARGV[4]
repeat
  local page = redis.call('XPENDING', stream, group, from, ARGV[#ARGV], 1000, me)
  for _, p in ipairs(page) do mine[p[1]] = true end
  if #page > 0 then from = '(' .. page[#page][1] end
until #page < 1000
local result, claim = {stray}, {}
local function flush()
  if #claim == 0 then return end
  claim[#claim + 1] = 'JUSTID'
  redis.call('XCLAIM', stream, group, me, 0, unpack(claim))
  claim = {}
end
for i = 4, #ARGV do
  if mine[ARGV[i]] then
    claim[#claim + 1] = ARGV[i]
    if #claim == 1000 then flush() end
  else
    result[#result + 1] = ARGV[i]
  end
end
flush()
return result`;

export function makeLeases(place: Place, events: LeaseEvents): Leases {
  const held = new Set<string>();
  const released = new Set<string>();
  let watchers = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let renewing: Promise<void> | undefined;
  let lastRenewal = performance.now();
  let steadySince = -Infinity;
  let lastStray = "";

  const settle = (ids: readonly string[], known: ReadonlySet<string>) => {
    const now = performance.now();
    if (now - lastRenewal > place.claimAfterMs) steadySince = now;
    lastRenewal = now;
    const [stray, ...gone] = ids;
    // Once may be a reply that is still on its way to us.
    if (stray && stray === lastStray && !held.has(stray)) events.stray();
    lastStray = stray ?? "";
    const lost = gone.filter((id) => known.has(id) && held.delete(id));
    if (lost.length > 0) events.lost(new Set(lost));
  };

  const renew = async () => {
    const ids = [...held].sort(compareIds);
    const { redis, stream, group, consumer, claimAfterMs } = place;
    const alive = aliveKey(group, consumer);
    try {
      const reply = await redis.eval(
        renewal,
        2,
        stream,
        alive,
        group,
        consumer,
        claimAfterMs,
        ...ids,
      );
      settle(reply as string[], new Set(ids));
    } catch (error) {
      // Where the connection is lost, the next renewal follows; where the group is, the reader mends it.
      if (isGroupGone(error)) held.clear();
    }
  };
  const renewOnce = () =>
    renewing ??= renew().finally(() => renewing = undefined);

  return {
    hold: (ids) => ids.forEach((id) => held.add(id)),
    release(ids) {
      for (const id of ids) {
        held.delete(id);
        if (watchers > 0) released.add(id);
      }
    },
    forget: () => held.clear(),
    get size() {
      return held.size;
    },
    async watching(read) {
      watchers++;
      try {
        return await read((id) => !held.has(id) && !released.has(id));
      } finally {
        if (--watchers === 0) released.clear();
      }
    },
    get steady() {
      const now = performance.now();
      return now - lastRenewal <= place.claimAfterMs &&
        now - steadySince >= place.claimAfterMs;
    },
    start() {
      renewOnce();
      timer = setInterval(renewOnce, place.claimAfterMs / 3);
    },
    stop: () => clearInterval(timer),
  };
}
