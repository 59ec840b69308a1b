/** What of the stream survives a power cut, by the settings that are in force now. */
import type { Redis } from "ioredis";
import { isRedisUnavailable } from "../../db/redis.ts";
import type { Durability } from "../broker.ts";

const names = [
  "appendonly",
  "appendfsync",
  "no-appendfsync-on-rewrite",
  "maxmemory-policy",
  "maxmemory",
] as const;

type Settings = Readonly<Record<typeof names[number], string>>;

export async function redisDurability(redis: Redis): Promise<Durability> {
  let settings: Settings;
  try {
    settings = await readSettings(redis);
  } catch (error) {
    if (isRedisUnavailable(error)) throw error;
    return unknown(error as Error);
  }
  return { ...lossOf(settings), warnings: warningsOf(settings) };
}

async function readSettings(redis: Redis): Promise<Settings> {
  const values = await Promise.all(names.map(async (name) => {
    // One by one: several in one command need Redis 7.
    const [, value = ""] = await redis.config("GET", name) as string[];
    return [name, value] as const;
  }));
  return Object.fromEntries(values) as Settings;
}

/** For example with a hosted Redis, which often refuses CONFIG. */
function unknown(error: Error): Durability {
  return {
    loss_window: "unknown (the server does not show its settings)",
    loss_window_ms: null,
    warnings: [
      `CONFIG GET was refused (${error.message}): allow it to this user, or ` +
      'make sure of "appendonly yes", "appendfsync everysec" and ' +
      '"maxmemory-policy noeviction" yourself',
    ],
  };
}

type Loss = Pick<Durability, "loss_window" | "loss_window_ms">;

function lossOf(settings: Settings): Loss {
  if (settings.appendonly !== "yes") {
    return {
      loss_window: "everything since the last snapshot (appendonly no)",
      loss_window_ms: null,
    };
  }
  if (settings.appendfsync === "always") {
    return { loss_window: "nothing (appendfsync always)", loss_window_ms: 0 };
  }
  return settings.appendfsync === "no" ? byTheKernel : everySecond(settings);
}

const byTheKernel: Loss = {
  loss_window: "up to 30 s (appendfsync no: when the kernel writes)",
  loss_window_ms: 30_000,
};

const everySecond = (settings: Settings): Loss =>
  settings["no-appendfsync-on-rewrite"] === "yes"
    ? {
      loss_window: "up to 1 s, and up to 30 s while the file is rewritten " +
        "(no-appendfsync-on-rewrite yes)",
      loss_window_ms: 30_000,
    }
    : {
      loss_window: "up to 1 s, and up to 2 s while the disk is slow " +
        "(appendfsync everysec)",
      loss_window_ms: 2000,
    };

function warningsOf(settings: Settings): string[] {
  const warnings: string[] = [];
  const want = (name: keyof Settings, value: string, why: string) =>
    warnings.push(
      `${name} is "${
        settings[name]
      }": set "${name} ${value}" in redis.conf (${why})`,
    );
  if (settings.appendonly !== "yes") {
    want("appendonly", "yes", "a power cut or a crash loses events");
  } else if (settings.appendfsync === "no") {
    want("appendfsync", "everysec", "a power cut loses up to 30 s");
  } else if (
    settings["no-appendfsync-on-rewrite"] === "yes" &&
    settings.appendfsync === "everysec"
  ) {
    want("no-appendfsync-on-rewrite", "no", "a rewrite pauses the fsync");
  }
  if (settings["maxmemory-policy"] !== "noeviction") {
    want("maxmemory-policy", "noeviction", evictionOf(settings));
  }
  return warnings;
}

const evictionOf = ({ maxmemory }: Settings): string =>
  maxmemory === "0"
    ? "harmless only as long as maxmemory is 0"
    : `at ${maxmemory} bytes Redis drops streams, groups or leases`;
