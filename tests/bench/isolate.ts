/** The quotes actor in its own isolate, as the supervisor runs it. */
import type { Config } from "../../config.ts";
import type { Actor } from "../../runtime/actor.ts";
import quotes from "../../actors/quotes/mod.ts";
import { Supervisor } from "../../runtime/supervisor.ts";
import { eventually } from "../host.ts";

const root = new URL("../../", import.meta.url);
const quiet = {
  debug() {},
  info() {},
  warn: console.warn,
  error: console.error,
};

/** Starts it; `others` run beside it. Resolves when its subscription runs. */
export async function startIsolates(
  config: Config,
  others: readonly Actor[] = [],
  folder?: URL,
) {
  const actors = [quotes as unknown as Actor, ...others];
  const hosts = [config.databaseUrl, config.redisUrl, config.brokerUrl]
    .map((url) => new URL(url).host).filter(Boolean);
  const supervisor = new Supervisor({
    actors: new Map(actors.map((actor) => [actor.name, actor])),
    actorsFolder: folder ?? new URL("actors/", root),
    projectFolder: root,
    config,
    instance: () => "bench",
    serverHosts: hosts,
    marketHost: null,
    paused: new Set(),
    onIncident: () => {},
    log: quiet,
  });
  supervisor.start();
  await eventually(() => supervisor.statusOf("quotes")[0]!.state === "running");
  return supervisor;
}
