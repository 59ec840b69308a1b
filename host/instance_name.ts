/** The name of this process in the consumer groups, held by a lease for as long as it runs. */
import type { Redis } from "ioredis";
import { type InstanceLease, leaseInstance } from "../db/instance.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";

export interface InstanceName {
  /** Changes when the lease was lost. */
  readonly current: string;
  release(): Promise<void>;
}

export interface InstanceNameOptions {
  readonly redis: Redis;
  /** INSTANCE_ID; the lowest free number unless told. */
  readonly id?: string | undefined;
  /** Called with the lost name when another process holds it, after this one has taken a new name. */
  readonly onRenamed: (lost: string) => Promise<void>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const renewEveryMs = 3_000;

export async function holdInstanceName(
  { redis, id, onRenamed, log, signal }: InstanceNameOptions,
): Promise<InstanceName> {
  let lease: InstanceLease = await leaseInstance(redis, {
    id,
    owner: Deno.hostname(),
    signal,
  });
  let busy: Promise<void> | undefined;
  /** A process that was frozen finds its name taken. */
  const renew = async () => {
    try {
      if (await lease.renew()) return;
      const lost = lease.name;
      lease = await leaseInstance(redis, { owner: Deno.hostname() });
      await onRenamed(lost);
    } catch (error) {
      log.warn("this host's name could not be renewed", {
        error: explain(error),
      });
    }
  };
  const timer = setInterval(() => {
    busy ??= renew().finally(() => busy = undefined);
  }, renewEveryMs);
  return {
    get current() {
      return lease.name;
    },
    async release() {
      clearInterval(timer);
      await busy;
      await lease.release().catch(() => {}); // then it runs out by itself
    },
  };
}
