/**
 * Prints what the main isolate has to reach, as `--allow-net` takes it: deploy/start.sh asks before it
 * starts main.ts. It exits with 1 if the settings are wrong: main.ts tells that.
 */
import { type Config, ConfigError, ownAddress, readConfig } from "../config.ts";
import { actorFolders } from "../engine/discovery.ts";
import type { Description } from "../engine/protocol.ts";
import { describeFolder } from "./catalog.ts";
import { specOf } from "./isolate_settings.ts";

/** What every host does, even one without actors: it searches the market. */
const itself = { name: "", net: ["market"] };

/** `host:port` of all that this host and its isolates call, and of where it listens. */
export function reachOf(
  config: Config,
  actors: readonly Pick<Description, "name" | "net">[],
  root: URL,
): string[] {
  const { webhookUrl, mail } = config.alerts;
  const called = [itself, ...actors].flatMap((actor) =>
    specOf(actor, config, root).permissions.net as string[]
  );
  const told = [webhookUrl, mail?.url].filter((url) => url != null);
  return [
    ...new Set([
      ...ownHosts(config),
      ...called,
      ...told.map(serverOf),
    ]),
  ];
}

/** Where it listens, and where it asks itself how it fares. */
function ownHosts({ host, port }: Config): string[] {
  const name = host.includes(":") ? `[${host}]` : host;
  return [`${name}:${port}`, ownAddress({ host, port })];
}

const ports: Record<string, number> = {
  "https:": 443,
  "http:": 80,
  "smtps:": 465,
  "smtp:": 587,
};

function serverOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || ports[protocol]}`;
}

async function main(): Promise<string> {
  const root = new URL("../", import.meta.url);
  const config = readConfig(Deno.env.toObject());
  const names = await actorFolders(new URL("actors/", root));
  // One that cannot be described does not run either.
  const describing = names.map((name) => describeFolder(name, config, root));
  const actors = (await Promise.allSettled(describing))
    .flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  return reachOf(config, actors, root).join();
}

if (import.meta.main) {
  const hosts = await main().catch((error) => {
    if (error instanceof ConfigError) Deno.exit(1);
    throw error;
  });
  console.log(hosts);
}
