/** The schedule of an actor, wired to the ledger in PostgreSQL and to the supervisor. */
import type { Broker } from "../broker/broker.ts";
import type { Config } from "../config.ts";
import { createSlotLedger } from "../db/schedules.ts";
import type { Log } from "../engine/actor.ts";
import { hurried, parseCron } from "../engine/cron.ts";
import type { ActorDescription } from "../engine/protocol.ts";
import { lookEveryMs, Schedule, type SlotLedger } from "../engine/scheduler.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import { isQuoteTime, nextOpen } from "../market/hours.ts";
import type { Recorder } from "./recorder.ts";
import type { Scanning } from "./scanning.ts";
import { ownGroup } from "./status.ts";
import type { Stores } from "./stores.ts";
import type { Trading } from "./trading.ts";

export interface ScheduleSources {
  readonly config: Config;
  readonly stores: Pick<Stores, "sql">;
  readonly broker: Broker;
  readonly supervisor: Supervisor;
  readonly scanning: Scanning;
  /** Null where New York's calendar holds for all symbols. */
  readonly trading: Pick<Trading, "allClosed" | "nextOpen"> | null;
  readonly recorder: Pick<Recorder, "tell">;
  readonly log: Log;
}

/** Unlike any other process's, ever: it owns the slots that this one claims. */
const owner = crypto.randomUUID();

/** Starts the schedule; a slot that is due is caught up at once. */
export function openSchedule(
  { name, schedule, market_hours }: ActorDescription,
  sources: ScheduleSources,
): Schedule {
  const { config, stores, scanning, trading, log } = sources;
  return new Schedule({
    actor: name,
    slots: hurried(
      parseCron(config.schedules[name] ?? schedule),
      config.trialSpeed,
    ),
    lookEveryMs: lookEveryMs / config.trialSpeed,
    marketHours: market_hours && config.marketHours !== "always",
    ledger: telling(createSlotLedger(stores.sql, name, owner), name, sources),
    marketClosed: trading?.allClosed ?? ((now) => !isQuoteTime(now)),
    nextOpen: trading?.nextOpen ?? nextOpen,
    obstacle: () => obstacle(sources, name),
    scan: (slot, signal) => scanning.forSlot(name, slot, signal),
    log,
  });
}

/** Of a slot that is given up the journal tells. */
export function telling(
  ledger: SlotLedger,
  actor: string,
  { recorder }: Pick<ScheduleSources, "recorder">,
): SlotLedger {
  return {
    ...ledger,
    async fail(slot, error) {
      await ledger.fail(slot, error);
      if (error === null) return;
      recorder.tell({ kind: "slot-failed", actor, detail: error });
    },
  };
}

/** A group that is far behind needs no more events: its producer waits, and says so. */
async function obstacle(
  { broker, supervisor, config }: ScheduleSources,
  name: string,
): Promise<string | null> {
  if (supervisor.isPaused(name)) return "paused";
  const lag = ownGroup(await broker.groups(name), name)?.lag ?? 0;
  return lag > config.lagLimit
    ? `its group is ${lag} events behind, over the limit of ${config.lagLimit}`
    : null;
}
