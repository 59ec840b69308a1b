/** What survives a power cut, read from the cluster's own settings. */
import { type Admin, ConfigResourceTypes } from "@platformatic/kafka";
import type { Durability } from "../broker.ts";
import { prefix } from "./topic.ts";
import type { KafkaAddress } from "./url.ts";

/** Linux writes what a program has not flushed after at most about so long. */
const writebackMs = 30_000;

type Settings = ReadonlyMap<string, string>;

/** Of our topics; with none yet, the defaults for a new one are told. */
export async function readDurability(
  admin: Admin,
  { replication }: KafkaAddress,
): Promise<Durability> {
  const all = await admin.listTopics();
  const topics = all.filter((name) => name.startsWith(prefix));
  const asked = { topics, forceUpdate: true };
  const { brokers, topics: found } = await admin.metadata(asked);
  const [node] = brokers.keys();
  const defaults = await settings(admin, "BROKER", String(node));
  if (topics.length === 0) {
    const usual = Number(defaults.get("default.replication.factor"));
    return judge([safetyOf(defaults, replication > 0 ? replication : usual)]);
  }
  return judge(
    await Promise.all(topics.map(async (name) => {
      const own = await settings(admin, "TOPIC", name);
      const copies = found.get(name)?.partitions
        .map(({ replicas }) => replicas.length) ?? [];
      return safetyOf(new Map([...defaults, ...own]), Math.min(...copies));
    })),
  );
}

function safetyOf(settings: Settings, replicas: number) {
  const number = (name: string) => Number(settings.get(name) ?? Infinity);
  return {
    replicas,
    // How many replicas must have a message before it is acknowledged.
    inSync: number("min.insync.replicas"),
    // After how much Kafka itself flushes; it leaves that to the kernel by default.
    flushMessages: number("flush.messages"),
    flushMs: number("flush.ms"),
    unclean: settings.get("unclean.leader.election.enable") === "true",
  };
}

type Safety = Readonly<ReturnType<typeof safetyOf>>;

/** The least safe of our topics is what is told. */
export function judge(all: readonly Safety[]): Durability {
  const replicas = Math.min(...all.map((one) => one.replicas));
  const inSync = Math.min(replicas, ...all.map((one) => one.inSync));
  const warnings: string[] = [];
  if (replicas === 1) {
    warnings.push(
      "one replica: the loss of its disk is the loss of the events; with three brokers or more, add " +
        "replication=3 to BROKER_URL for new topics and set min.insync.replicas=2",
    );
  } else if (inSync < 2) {
    warnings.push(
      "min.insync.replicas=1: one broker alone may acknowledge; set min.insync.replicas=2",
    );
  }
  if (all.some((one) => one.unclean)) {
    warnings.push(
      "a replica that lags may become leader; set unclean.leader.election.enable=false",
    );
  }
  const [loss_window, loss_window_ms] = lossOf(all, inSync);
  return { loss_window, loss_window_ms, warnings };
}

function lossOf(
  all: readonly Safety[],
  inSync: number,
): [text: string, ms: number] {
  if (inSync > 1) {
    const some = `one of ${inSync} acknowledging replicas`;
    return [`nothing while ${some} keeps power`, 0];
  }
  if (all.every((one) => one.flushMessages === 1)) {
    return ["nothing (flush.messages=1)", 0];
  }
  const flushMs = Math.max(...all.map((one) => one.flushMs));
  if (flushMs < writebackMs) {
    return [`up to ${flushMs} ms (flush.ms)`, flushMs];
  }
  const why = "one acknowledging replica; Kafka leaves flushing to the kernel";
  return [`up to about 30 s (${why})`, writebackMs];
}

/** Those that are set. */
async function settings(
  admin: Admin,
  type: "BROKER" | "TOPIC",
  resourceName: string,
): Promise<Settings> {
  const [found] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes[type], resourceName }],
  });
  return new Map(
    found?.configs.flatMap(({ name, value }) => value ? [[name, value]] : []),
  );
}
