/** What is told at the start, because it works and surprises. */
import type { Broker } from "../broker/broker.ts";
import { missingLimits } from "../db/client.ts";
import { noteMarkets } from "../db/deployment.ts";
import type { Log } from "../engine/actor.ts";
import type { StartUp } from "./reach_servers.ts";

export type Note = (actor: string | null, kind: string, detail: string) => void;

/** Simulated prices in a database that holds real ones, or the other way round. */
export async function warnOfMix(
  { config, stores: { sql }, log }: StartUp,
  note: Note,
): Promise<void> {
  const { providers } = config.market;
  const names = providers.map(({ provider }) => provider);
  const others = await noteMarkets(sql, names).catch(() => []);
  // What is real may come from several; what is simulated is no market's.
  if (!others.length || [...names, ...others].every((one) => one !== "demo")) {
    return;
  }
  const detail =
    `this database holds data of ${others.join(", ")} as well as ` +
    `of ${names.join(", ")}: use an empty one for the simulated market`;
  log.warn(detail);
  note(null, "mixed-markets", detail);
}

/** What a pooler kept from PostgreSQL. */
export async function warnOfLimits(
  { stores: { sql }, log }: StartUp,
): Promise<void> {
  const warning = await missingLimits(sql).catch(() => null);
  if (warning) log.warn(warning);
}

export async function warnOfLoss(broker: Broker, log: Log): Promise<void> {
  const durability = await broker.durability().catch(() => null);
  if (!durability) return;
  const text = `a power cut may lose ${durability.loss_window}`;
  log.info(text, { broker: broker.name });
  for (const warning of durability.warnings) log.warn(warning);
}
