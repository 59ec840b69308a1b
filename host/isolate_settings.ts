/** What an isolate is told, and what it may do: its own servers and secrets, and no others. */
import { brokerHosts } from "../broker/open.ts";
import type { Config } from "../config.ts";
import { databaseHost } from "../db/client.ts";
import { redisHosts } from "../db/redis.ts";
import type { Description } from "../engine/protocol.ts";
import type { ActorSpec } from "../engine/supervisor.ts";
import { marketHosts, type MarketOptions } from "../market/open.ts";

/** Where an isolate's servers are; the key of the market for those that ask the market alone. */
export interface Servers extends
  Pick<
    Config,
    | "databaseUrl"
    | "redisUrl"
    | "redisPrefix"
    | "brokerUrl"
    | "claimAfterMs"
    | "sweepEveryMs"
  > {
  /** Null for an actor that does not ask for it. */
  readonly market: MarketOptions | null;
  /** The actor's part of the market's quota, against those of the others. */
  readonly weight: number;
  /** After how many days rows are dropped, and thinned; null for never. */
  readonly dropAfterDays: number | null;
  readonly thinAfterDays: number | null;
}

/** The module that every isolate starts with. */
export const workerEntry = new URL("./worker.ts", import.meta.url);

/** What its code is made of; not `.env`, `.git`, `.data`, nor another actor's folder. */
const code = [
  "broker",
  "db",
  "engine",
  "host",
  "market",
  "node_modules",
  "wait.ts",
  "config.ts",
  "config_alerts.ts",
  "config_market.ts",
  "config_values.ts",
  "deno.json",
  "deno.lock",
];

const nothing: Deno.PermissionOptionsObject = {
  net: false,
  sys: false,
  write: false,
  run: false,
  ffi: false,
  import: false,
};

export function moduleOf(root: URL, actor: string): string {
  return new URL(`actors/${actor}/mod.ts`, root).href;
}

/** What an actor may do while it is loaded to be described: read its code. */
export function loadPermissions(
  root: URL,
  actor: string,
): Deno.PermissionOptionsObject {
  const read = [...code, `actors/${actor}`].map((path) => new URL(path, root));
  // The secrets were taken out of the environment before; clients list it on import.
  return { ...nothing, read, env: true };
}

/** An actor as the supervisor runs it: it reaches its servers and what it asks for, nothing else. */
export function specOf(
  { name, net }: Pick<Description, "name" | "net">,
  config: Config,
  root: URL,
): Omit<ActorSpec, "paused"> {
  const { market, logLevel, logFormat, logExported, allowNet } = config;
  const asksMarket = net.includes("market");
  const hosts = [
    ...databaseHost(config.databaseUrl).split(","),
    ...redisHosts(config.redisUrl),
    ...brokerHosts(config.brokerUrl),
    ...allowNet,
    ...net.filter((host) => host !== "market"),
    ...asksMarket ? marketHosts(market) : [],
  ];
  return {
    name,
    replicas: config.replicas[name] ?? 1,
    permissions: { ...loadPermissions(root, name), net: hosts },
    settings: {
      module: moduleOf(root, name),
      log: { level: logLevel, format: logFormat, exported: logExported },
      servers: serversOf(config, name, asksMarket),
    },
  };
}

function serversOf(
  config: Config,
  name: string,
  asksMarket: boolean,
): Servers {
  const { databaseUrl, redisUrl, brokerUrl, market } = config;
  const { claimAfterMs, sweepEveryMs, redisPrefix } = config;
  return {
    databaseUrl,
    redisUrl,
    redisPrefix,
    brokerUrl,
    claimAfterMs,
    sweepEveryMs,
    market: asksMarket ? market : null,
    weight: config.weights[name] ?? 1,
    dropAfterDays: config.retentionDays[name] ?? null,
    thinAfterDays: config.thinAfterDays[name] ?? null,
  };
}
