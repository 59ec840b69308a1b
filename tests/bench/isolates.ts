/** The quotes actor in its own isolate, as the supervisor runs it; a crash loop beside it if told. */
import type { Config } from "../../config.ts";
import { Supervisor } from "../../engine/supervisor.ts";
import { specOf, workerEntry } from "../../host/isolate_settings.ts";
import { eventually } from "../support/host.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const root = new URL("../../", import.meta.url);

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
  const supervisor = new Supervisor({
    ...config,
    entry: workerEntry,
    instance: () => "bench",
    onIncident: () => {},
    log: quiet,
  });
  const names = [
    "quotes",
    ...crashing ? ["crasher"] : [],
    ...falling ? ["fragile", "looping"] : [],
  ];
  for (const name of names) {
    const spec = specOf({ name, net: [] }, config, root);
    const module = new URL(`actors/${name}/mod.ts`, import.meta.url).href;
    supervisor.add({
      ...spec,
      // These modules stand among the tests.
      permissions: { ...spec.permissions, read: [root] },
      settings: { ...spec.settings, module },
      paused: false,
    });
  }
  await eventually(() => supervisor.statusOf("quotes")[0]!.state === "running");
  return supervisor;
}
