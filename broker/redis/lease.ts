/**
 * Tells the group that this consumer lives and works on what it holds: everything delivered to it and
 * not yet acknowledged, be it in hand, read ahead, or waiting for another attempt. Without this a
 * handler that is slower than the claim threshold would have its work run twice.
 */
import { namesOf } from "../../db/redis.ts";
import {
  type GroupConsumer,
  isGroupGone,
  reportDeletedInHand,
} from "./group.ts";
import { HeldIds } from "./held_ids.ts";
import { compareIds } from "./stream.ts";

/**
 * KEYS stream, alive. ARGV group, consumer, ttl, then the ids held, in order. A lease that another
 * consumer has taken is not taken back. Returns the first pending id that is not held, and of the ids
 * held: those that are another's, those that are pending with nobody, those of them that are not in the
 * stream either, and those that were ours until now, but not in the stream (XCLAIM forgets them).
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
local taken, free, lost, deleted, claim = {}, {}, {}, {}, {}
local function flush()
  if #claim == 0 then return end
  local asked, got = #claim, {}
  claim[asked + 1] = 'JUSTID'
  local ids = redis.call('XCLAIM', stream, group, me, 0, unpack(claim))
  if #ids < asked then
    for _, id in ipairs(ids) do got[id] = true end
    for i = 1, asked do
      if not got[claim[i]] then deleted[#deleted + 1] = claim[i] end
    end
  end
  claim = {}
end
local function sort(id)
  if #redis.call('XPENDING', stream, group, id, id, 1) > 0 then return taken end
  if #redis.call('XRANGE', stream, id, id) == 0 then return lost end
  return free
end
for i = 4, #ARGV do
  if mine[ARGV[i]] then
    claim[#claim + 1] = ARGV[i]
    if #claim == 1000 then flush() end
  else
    local list = sort(ARGV[i])
    list[#list + 1] = ARGV[i]
  end
end
flush()
return {stray, taken, free, lost, deleted}`;

type Renewal = [
  stray: string,
  taken?: string[],
  free?: string[],
  lost?: string[],
  deleted?: string[],
];

export class Leases {
  readonly #held = new HeldIds();
  /** What was released while somebody is watching. */
  readonly #released = new Set<string>();
  #watchers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #renewing: Promise<void> | undefined;
  #lastRenewal = performance.now();
  #steadySince = -Infinity;
  #lastStray = "";

  /**
   * @param onLost is told of those that are another's now, or may have been: hand them out no more
   * @param onStray something is pending with us that we do not know of: a reply was lost on its way
   */
  constructor(
    private readonly consumer: GroupConsumer,
    private readonly onLost: (ids: ReadonlySet<string>) => void,
    private readonly onStray: () => void,
  ) {}

  /** What was read at once. */
  hold(ids: readonly string[]): void {
    this.#held.add(ids);
  }

  release(ids: readonly string[]): void {
    this.#held.delete(ids);
    if (this.#watchers === 0) return;
    for (const id of ids) this.#released.add(id);
  }

  /** Everything held was lost with its group; what is in hand is finished all the same. */
  forget(): void {
    this.#held.clear();
  }

  /**
   * Runs a read of what is pending with us. Afterwards `known` tells which ids we hold or have acknowledged
   * in the meantime: the reply may be older than our last acknowledgement.
   */
  async watching(
    read: (known: () => ReadonlySet<string>) => Promise<void>,
  ): Promise<void> {
    this.#watchers++;
    try {
      await read(() => this.#held.all().union(this.#released));
    } finally {
      if (--this.#watchers === 0) this.#released.clear();
    }
  }

  /** False while our own leases were not kept up lately: then others may seem dead who are not. */
  get steady(): boolean {
    const since = performance.now() - this.consumer.claimAfterMs;
    return this.#lastRenewal >= since && this.#steadySince <= since;
  }

  /** Says that we live, and renews what we hold, three times within the claim threshold. */
  start(): void {
    const renew = () =>
      this.#renewing ??= this.#renew()
        .finally(() => this.#renewing = undefined);
    renew();
    this.#timer = setInterval(renew, this.consumer.claimAfterMs / 3);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const ids = [...this.#held.all()].sort(compareIds);
    const { redis, stream, group, consumer, claimAfterMs } = this.consumer;
    const keys = [stream, namesOf(redis).alive(group, consumer)];
    const values = [group, consumer, claimAfterMs, ...ids];
    try {
      const reply = await redis.eval(renewal, 2, ...keys, ...values);
      this.#settle(reply as Renewal, new Set(ids));
    } catch (error) {
      // Where the connection is lost, the next renewal follows; where the group is, the reader mends it.
      if (isGroupGone(error)) this.#held.clear();
    }
  }

  #settle(
    [stray, taken = [], free = [], lost = [], deleted = []]: Renewal,
    renewed: ReadonlySet<string>,
  ): void {
    const held = this.#held.all();
    const ended = (ids: readonly string[]) => {
      const gone = ids.filter((id) => renewed.has(id) && held.delete(id));
      this.#held.delete(gone);
      return gone;
    };
    const now = performance.now();
    const { claimAfterMs } = this.consumer;
    if (now - this.#lastRenewal > claimAfterMs) this.#steadySince = now;
    this.#lastRenewal = now;
    // Once may be a reply that is still on its way to us.
    const again = stray && stray === this.#lastStray && !held.has(stray);
    if (again) this.onStray();
    this.#lastStray = stray ?? "";
    // While our leases were kept up nobody could take anything over, so somebody removed these by hand:
    // we still have them, and handle them.
    const removed = this.steady ? lost : [];
    const gone = ended([...taken, ...this.steady ? [] : [...free, ...lost]]);
    if (gone.length > 0) this.onLost(new Set(gone));
    ended(free);
    reportDeletedInHand(this.consumer, ended([...removed, ...deleted]));
  }
}
