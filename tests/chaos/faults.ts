/** How each kind of fault strikes. */
import { canary, deedEvent } from "./deed_events.ts";
import { type Database, type Killable, withRedis } from "./servers.ts";
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
  readonly redis: Killable;
  readonly database: Database;
  /** The ways from the hosts to PostgreSQL and to Redis. */
  readonly network: readonly [Proxy, Proxy];
  readonly publisher: Publisher;
  readonly traffic: Traffic;
  readonly ledger: Ledger;
  readonly recoveries: Recoveries;
}

/** Resolves when the fault is over: what it took away is there again, or it has been published. */
type Strike = (target: Target, fault: Fault) => Promise<unknown>;

const publishDeed: Strike = ({ publisher }, fault) =>
  publisher.publish([deedEvent(fault)!, canary(fault.number)]);

/** The way to PostgreSQL, that to Redis, or both. */
const waysOf = ({ network }: Target, { form }: Fault): readonly Proxy[] =>
  form % 3 === 2 ? network : [network[form % 3]!];

const onWays =
  (strike: (way: Proxy) => void): Strike => async (target, fault) => {
    const ways = waysOf(target, fault);
    ways.forEach(strike);
    await sleep(fault.lastsMs);
    if (fault.lastsMs) ways.forEach((way) => way.heal());
  };

const strikes: Record<KindName, Strike> = {
  "kill host": ({ hosts }, { host, lastsMs }) =>
    hosts[host].end("SIGKILL", lastsMs),
  "kill both hosts": ({ hosts }, { lastsMs }) =>
    Promise.all(hosts.map((host) => host.end("SIGKILL", lastsMs))),
  "freeze host": ({ hosts }, { host, lastsMs }) => hosts[host].freeze(lastsMs),
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
  // Redis holds the latest values and the names of hosts, whatever the broker is.
  "kill broker": ({ broker, redis }, { form, lastsMs }) =>
    (form % 3 ? broker : redis).kill(lastsMs),
  "kill PostgreSQL": ({ database }, { lastsMs }) => database.kill(lastsMs),
  "slow PostgreSQL": ({ database }, { lastsMs }) => database.freeze(lastsMs),
  "refuse PostgreSQL": ({ database }, { lastsMs }) => database.refuse(lastsMs),
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
  const { publisher, recoveries } = target;
  const { kind, number } = fault;
  const sign = canary(number);
  const deed = deedEvent(fault);
  // What is done after the commit strikes when the sign is stored already.
  if (deed?.data.when !== "after") recoveries.expect(sign.id, kind);
  const carriesSign = deed !== undefined;
  const over = strikes[kind](target, fault);
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
