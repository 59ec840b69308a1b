/** What survives a power cut, read from the cluster's own settings. */
import { type Admin, ConfigResourceTypes } from "@platformatic/kafka";
import type { Durability } from "../broker.ts";

/** Linux writes what a program has not flushed after at most about so long. */
const writebackMs = 30_000;

interface Safety {
  readonly replicas: number;
  /** How many replicas must have a message before it is acknowledged. */
  readonly inSync: number;
  /** After how many messages, and milliseconds, Kafka itself flushes; it leaves both to the kernel by default. */
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly unclean: boolean;
}

/** @param topics the names of our topics; with none yet, the defaults for a new one are told. */
export async function readDurability(
  admin: Admin,
  topics: readonly string[],
  replication: number,
): Promise<Durability> {
  const { brokers, topics: found } = await admin.metadata({
    topics: [...topics],
    forceUpdate: true,
  });
  const [node] = brokers.keys();
  const defaults = await settings(admin, "BROKER", String(node));
  const all = await Promise.all(topics.map(async (name) => {
    const own = await settings(admin, "TOPIC", name);
    const replicas = found.get(name)?.partitions.map((one) =>
      one.replicas.length
    ) ?? [];
    return safetyOf(
      (key) => own.get(key) ?? defaults.get(key),
      Math.min(...replicas),
    );
  }));
  if (all.length === 0) {
    const replicas = replication > 0
      ? replication
      : Number(defaults.get("default.replication.factor"));
    all.push(safetyOf((key) => defaults.get(key), replicas));
  }
  return judge(all);
}

function safetyOf(
  setting: (name: string) => string | null | undefined,
  replicas: number,
): Safety {
  const number = (topicName: string) => {
    const text = setting(topicName);
    return text === null || text === undefined || text === ""
      ? Infinity
      : Number(text);
  };
  return {
    replicas,
    inSync: number("min.insync.replicas"),
    flushMessages: number("flush.messages"),
    flushMs: number("flush.ms"),
    unclean: setting("unclean.leader.election.enable") === "true",
  };
}

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
  return { ...window(all, inSync), warnings };
}

function window(
  all: readonly Safety[],
  inSync: number,
): Pick<Durability, "loss_window" | "loss_window_ms"> {
  if (inSync > 1) {
    return {
      loss_window:
        `nothing while one of ${inSync} acknowledging replicas keeps power`,
      loss_window_ms: 0,
    };
  }
  if (all.every((one) => one.flushMessages === 1)) {
    return { loss_window: "nothing (flush.messages=1)", loss_window_ms: 0 };
  }
  const flushMs = Math.max(...all.map((one) => one.flushMs));
  if (flushMs < writebackMs) {
    return {
      loss_window: `up to ${flushMs} ms (flush.ms)`,
      loss_window_ms: flushMs,
    };
  }
  return {
    loss_window:
      "up to about 30 s (one acknowledging replica; Kafka leaves flushing to the kernel)",
    loss_window_ms: writebackMs,
  };
}

async function settings(
  admin: Admin,
  type: "BROKER" | "TOPIC",
  resourceName: string,
): Promise<Map<string, string | null>> {
  const [found] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes[type], resourceName }],
  });
  return new Map(found?.configs.map((one) => [one.name, one.value ?? null]));
}
