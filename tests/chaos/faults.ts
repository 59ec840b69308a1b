/** How each kind of fault strikes. */
import { canary, deedEvent } from "./deed_events.ts";
import type { Database } from "./database.ts";
import type { RedisServer } from "./redis_server.ts";
import { type Killable, withRedis } from "./servers.ts";
import type { Host } from "./host.ts";
import type { KindName } from "./kinds.ts";
import type { Ledger } from "./ledger.ts";
import type { Fault } from "./plan.ts";
import { sleep } from "./processes.ts";
import type { Publisher } from "./publisher.ts";
import type { Recoveries } from "./recoveries.ts";
import {
  destroyGroup,
  killBlockedReaders,
  strandEvent,
  writeGarbage,
} from "./stream_faults.ts";
import type { Proxy } from "../support/proxy.ts";
import type { Traffic } from "./traffic.ts";

/** All that can be struck. */
export interface Target {
  readonly hosts: readonly [Host, Host];
  readonly broker: Killable;
  /** The same, unless the broker is Kafka. */
  readonly redis: RedisServer;
  readonly database: Database;
  /** The ways from the hosts to PostgreSQL, to Redis, and to Kafka. */
  readonly network: readonly Proxy[];
  readonly publisher: Publisher;
  readonly traffic: Traffic;
  readonly ledger: Ledger;
  readonly recoveries: Recoveries;
}

/** Resolves when the fault is over: what it took away is there again, or it has been published. */
type Strike = (target: Target, fault: Fault) => Promise<unknown>;

const publishDeed: Strike = ({ publisher }, fault) =>
  publisher.publish([deedEvent(fault)!, canary(fault.number)]);

/** The way to one server, or all ways. */
function waysOf({ network }: Target, { form }: Fault): readonly Proxy[] {
  const one = network[form % (network.length + 1)];
  return one ? [one] : network;
}

const onWays =
  (strike: (way: Proxy) => void): Strike => async (target, fault) => {
    const ways = waysOf(target, fault);
    ways.forEach(strike);
    await sleep(fault.lastsMs);
    if (fault.lastsMs) ways.forEach((way) => way.heal());
  };

const hourSeconds = 3_600;

// Redis holds the latest values and the names of hosts, whatever the broker is.
const brokerOf = ({ broker, redis }: Target, { form }: Fault): Killable =>
  form % 3 ? broker : redis;

/** The server that is struck, or that has to be as it should be; faults of one server take turns. */
const servers: Partial<
  Record<KindName, (target: Target, fault: Fault) => Killable>
> = {
  "kill broker": brokerOf,
  "kill PostgreSQL": ({ database }) => database,
  "refuse PostgreSQL": ({ database }) => database,
  "forbid PostgreSQL": ({ database }) => database,
  "full disk of PostgreSQL": ({ database }) => database,
  "promote replica": ({ redis }) => redis,
  "forbid Redis": ({ redis }) => redis,
  "full memory of Redis": ({ redis }) => redis,
  "full disk of Redis": ({ redis }) => redis,
  "garbage": ({ redis }) => redis,
  "kill connection": ({ redis }) => redis,
  "destroy group": ({ redis }) => redis,
  "strand": ({ redis }) => redis,
};

const strikes: Record<KindName, Strike> = {
  "kill host": ({ hosts }, { host, lastsMs }) =>
    hosts[host].end("SIGKILL", lastsMs),
  "kill both hosts": ({ hosts }, { lastsMs }) =>
    Promise.all(hosts.map((host) => host.end("SIGKILL", lastsMs))),
  "freeze host": ({ hosts }, { host, lastsMs }) => hosts[host].freeze(lastsMs),
  "suspend host": ({ hosts }, { host, lastsMs }) => hosts[host].freeze(lastsMs),
  "jump clock": async ({ hosts }, { host, form, lastsMs }) => {
    const { clock } = hosts[host];
    await clock.set(hourSeconds * (form % 2 ? 1 : -1) * (1 + form % 24));
    await sleep(lastsMs);
    await clock.set(0);
  },
  "drain host": ({ hosts }, { host, lastsMs }) =>
    hosts[host].end("SIGTERM", lastsMs),
  "crash": publishDeed,
  "exit": publishDeed,
  "hang": publishDeed,
  "loop": publishDeed,
  "slow": publishDeed,
  "clock": publishDeed,
  "poison: throw": publishDeed,
  "poison: permanent": publishDeed,
  "poison: crash": publishDeed,
  "poison: loop": publishDeed,
  "garbage": ({ redis: { url }, ledger }, { number, form }) =>
    withRedis(url, (redis) => writeGarbage(redis, ledger, number, form)),
  "kill broker": (target, fault) => brokerOf(target, fault).kill(fault.lastsMs),
  "kill PostgreSQL": ({ database }, { lastsMs }) => database.kill(lastsMs),
  "slow PostgreSQL": ({ database }, { lastsMs }) => database.freeze(lastsMs),
  "refuse PostgreSQL": ({ database }, { lastsMs }) => database.refuse(lastsMs),
  "forbid PostgreSQL": ({ database }, { lastsMs, form }) =>
    database.forbid(lastsMs, form),
  "full disk of PostgreSQL": ({ database }, { lastsMs }) =>
    database.fillDisk(lastsMs),
  "promote replica": ({ redis }) => redis.promote(),
  "forbid Redis": ({ redis }, { lastsMs, form }) => redis.forbid(lastsMs, form),
  "full memory of Redis": ({ redis }, { lastsMs }) => redis.fillMemory(lastsMs),
  "full disk of Redis": ({ redis }, { lastsMs }) => redis.fillDisk(lastsMs),
  "kill connection": ({ redis: { url } }) => withRedis(url, killBlockedReaders),
  "destroy group": ({ redis: { url } }) => withRedis(url, destroyGroup),
  "strand": ({ redis: { url }, ledger }, { number }) =>
    withRedis(url, (redis) => strandEvent(redis, ledger, number)),
  "pause": async ({ hosts }, { host, lastsMs }) => {
    await ask(hosts, host, "pause");
    await sleep(lastsMs);
    await ask(hosts, host, "resume");
  },
  "burst": ({ traffic }) => traffic.burst(10_000),
  "deaf network": onWays((way) => way.deafen()),
  "cut network": onWays((way) => way.cut()),
  "slow network": onWays((way) => way.slow(500, 5)),
  "stalled network": onWays((way) => way.stall()),
};

/** Strikes, and watches for the return to work by an event published at the same time. */
export async function strike(target: Target, fault: Fault): Promise<void> {
  const server = servers[fault.kind]?.(target, fault);
  const now = () => strikeNow(target, fault);
  await (server ? server.inTurn(now) : now());
}

async function strikeNow(target: Target, fault: Fault): Promise<void> {
  const { publisher, recoveries } = target;
  const sign = canary(fault.number);
  const deed = deedEvent(fault);
  // What is done after the commit strikes when the sign is stored already.
  const watched = deed?.data.when !== "after";
  if (watched) recoveries.expect(sign.id, fault.kind);
  const over = strikes[fault.kind](target, fault)
    .then(() => recoveries.over(sign.id));
  const carriesSign = deed !== undefined;
  await Promise.all([over, carriesSign || publisher.publish([sign])]);
}

/** Of the host told, or of the other while that one is away. */
async function ask(
  hosts: readonly [Host, Host],
  first: 0 | 1,
  what: "pause" | "resume",
): Promise<void> {
  for (let tries = 0;; tries++) {
    const { api } = hosts[(first + tries) % 2 as 0 | 1];
    const answer = api.post(`/api/actors/chaos/${what}`);
    const late = sleep(3_000).then(() => Promise.reject(new Error("late")));
    try {
      return void await Promise.race([answer, late]);
    } catch {
      answer.catch(() => {});
      await sleep(200);
    }
  }
}
