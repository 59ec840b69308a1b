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
  try {
    return judge(await readSettings(redis));
  } catch (error) {
    if (isRedisUnavailable(error)) throw error;
    return unknown(error as Error);
  }
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
const unknown = ({ message }: Error): Durability => ({
  loss_window: "unknown (the server does not show its settings)",
  loss_window_ms: null,
  warnings: [
    `CONFIG GET was refused (${message}): allow it to this user, or ` +
    'make sure of "appendonly yes", "appendfsync everysec" and ' +
    '"maxmemory-policy noeviction" yourself',
  ],
});

function judge(settings: Settings): Durability {
  const warnings: string[] = [];
  const want: Want = (name, value, why) =>
    warnings.push(
      `${name} is "${settings[name]}": ` +
        `set "${name} ${value}" in redis.conf (${why})`,
    );
  const [loss_window, loss_window_ms] = lossOf(settings, want);
  if (settings["maxmemory-policy"] !== "noeviction") {
    want("maxmemory-policy", "noeviction", evictionOf(settings));
  }
  return { loss_window, loss_window_ms, warnings };
}

type Want = (name: keyof Settings, value: string, why: string) => void;

function lossOf(
  settings: Settings,
  want: Want,
): [text: string, ms: number | null] {
  if (settings.appendonly !== "yes") {
    want("appendonly", "yes", "a power cut or a crash loses events");
    return ["everything since the last snapshot (appendonly no)", null];
  }
  if (settings.appendfsync === "always") {
    return ["nothing (appendfsync always)", 0];
  }
  if (settings.appendfsync === "no") {
    want("appendfsync", "everysec", "a power cut loses up to 30 s");
    return ["up to 30 s (appendfsync no: when the kernel writes)", 30_000];
  }
  if (settings["no-appendfsync-on-rewrite"] === "yes") {
    want("no-appendfsync-on-rewrite", "no", "a rewrite pauses the fsync");
    const why = "while the file is rewritten (no-appendfsync-on-rewrite yes)";
    return [`up to 1 s, and up to 30 s ${why}`, 30_000];
  }
  const why = "while the disk is slow (appendfsync everysec)";
  return [`up to 1 s, and up to 2 s ${why}`, 2000];
}

const evictionOf = ({ maxmemory }: Settings): string =>
  maxmemory === "0"
    ? "harmless only as long as maxmemory is 0"
    : `at ${maxmemory} bytes Redis drops streams, groups or leases`;
