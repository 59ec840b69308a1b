/** The quotes actor in its own isolate, as the supervisor runs it; a crash loop beside it if told. */
import quotes from "../../actors/quotes/mod.ts";
import { brokerHosts } from "../../broker/open.ts";
import type { Config } from "../../config.ts";
import { databaseHost } from "../../db/client.ts";
import { redisHosts } from "../../db/redis.ts";
import type { Actor } from "../../engine/actor.ts";
import { Supervisor } from "../../engine/supervisor.ts";
import { eventually } from "../support/host.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const actor = quotes as unknown as Actor;
/** What the supervisor knows of these is only a name; their modules are in actors/. */
const named = (name: string): Actor => ({ ...actor, name });

export interface IsolatesOptions {
  /** Beside an actor in a crash loop. */
  readonly crashing?: boolean;
  /** Beside one that crashes and one that hangs, again and again. */
  readonly falling?: boolean;
}

/** Resolves when the subscription runs. */
export async function startIsolates(
  config: Config,
  { crashing = false, falling = false }: IsolatesOptions = {},
): Promise<Supervisor> {
  const actors = [
    actor,
    ...crashing ? [named("crasher")] : [],
    ...falling ? [named("fragile"), named("looping")] : [],
  ];
  const supervisor = new Supervisor({
    actors: new Map(actors.map((each) => [each.name, each])),
    actorsFolder: new URL("actors/", import.meta.url),
    projectFolder: new URL("../../", import.meta.url),
    config,
    instance: () => "bench",
    serverHosts: [
      databaseHost(config.databaseUrl),
      ...redisHosts(config.redisUrl),
      ...brokerHosts(config.brokerUrl),
    ],
    marketHost: null,
    paused: new Set(),
    onIncident: () => {},
    log: quiet,
  });
  supervisor.start();
  await eventually(() => supervisor.statusOf("quotes")[0]!.state === "running");
  return supervisor;
}
