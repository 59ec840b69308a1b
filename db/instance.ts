/**
 * The name of a running instance, leased in Redis. It names the consumers of the instance, so that they
 * are the same after a restart, and no two processes ever read under one name.
 */
import type { Redis } from "ioredis";
import { sleep } from "../wait.ts";
import { createScript, namesOf } from "./redis.ts";

export type InstanceLease = Awaited<ReturnType<typeof leaseInstance>>;

export interface LeaseOptions {
  /** A fixed name (INSTANCE_ID). Left behind by a process that died, it is waited for. */
  readonly id?: string | undefined;
  /** How long the lease lasts when nobody renews it; 15 s unless told. */
  readonly ttlMs?: number;
  /** Who this is, for the error of the next one who asks: a host name. */
  readonly owner?: string;
  readonly signal?: AbortSignal;
}

/** Takes the name again where it was lost (a flushed Redis), as long as nobody else has it. */
const renewScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** @throws if a live process holds the fixed id */
export async function leaseInstance(
  redis: Redis,
  { id, ttlMs = 15_000, owner = "a process", signal }: LeaseOptions = {},
) {
  const keyOf = namesOf(redis).instance;
  const token = `${owner} (pid ${Deno.pid}) ${crypto.randomUUID()}`;
  const take = (name: string) =>
    redis.set(keyOf(name), token, "PX", ttlMs, "NX");
  const name = id === undefined
    ? await takeLowest(take)
    : await takeFixed(redis, id, take, signal);
  const renew = createScript(redis, renewScript);
  const release = createScript(redis, releaseScript);
  return {
    /** The fixed id, or the lowest number that was free, from 1. */
    name,
    /** Prolongs the lease; call it every third of its time. False: somebody else holds the name now. */
    renew: async () => await renew([keyOf(name)], [token, ttlMs]) === 1,
    /** Gives the name back. */
    release: () => release([keyOf(name)], [token]),
  };
}

type Take = (name: string) => Promise<"OK" | null>;

async function takeLowest(take: Take): Promise<string> {
  for (let number = 1;; number++) {
    if (await take(String(number))) return String(number);
  }
}

/** The holder may have died: then its lease only shrinks. If it grows, the holder lives. */
async function takeFixed(
  redis: Redis,
  id: string,
  take: Take,
  signal?: AbortSignal,
): Promise<string> {
  const key = namesOf(redis).instance(id);
  for (let leftMs = Infinity;;) {
    signal?.throwIfAborted();
    if (await take(id)) return id;
    const nowLeftMs = await redis.pttl(key);
    if (nowLeftMs > leftMs) throw heldError(id, await redis.get(key));
    leftMs = nowLeftMs;
    await sleep(Math.min(Math.max(nowLeftMs, 10), 250), signal);
  }
}

function heldError(id: string, token: string | null): Error {
  const holder = token?.replace(/ \S+$/, "") ?? "another process";
  return new Error(
    `INSTANCE_ID "${id}" is held by ${holder}, which is running: ` +
      "give each instance an id of its own, or leave INSTANCE_ID out",
  );
}
