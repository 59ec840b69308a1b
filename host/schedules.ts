/** The schedules of all actors, wired to the ledger in PostgreSQL and to the supervisor. */
import type { Sql } from "postgres";
import type { Broker } from "../broker/broker.ts";
import type { Config } from "../config.ts";
import { createSlotLedger } from "../db/schedules.ts";
import { isQuoteTime } from "../market/hours.ts";
import type { Actor, Log } from "../engine/actor.ts";
import { parseCron } from "../engine/cron.ts";
import { type Schedule, startSchedule } from "../engine/scheduler.ts";
import type { Supervisor } from "../engine/supervisor.ts";

export interface SchedulesOptions {
  readonly actors: ReadonlyMap<string, Actor>;
  readonly config: Config;
  readonly sql: Sql;
  readonly broker: Broker;
  readonly supervisor: Supervisor;
  /** The symbols to scan now. */
  readonly symbols: () => Promise<string[]>;
  /** Unlike any other process's, ever: it owns the slots that it claims. */
  readonly owner: string;
  readonly log: Log;
}

/** Starts the schedule of every actor; due slots are caught up at once. */
export function startSchedules(
  options: SchedulesOptions,
): Map<string, Schedule> {
  const { actors, config, supervisor, log } = options;
  return new Map([...actors].map(([name, actor]) => [
    name,
    startSchedule({
      actor: name,
      slots: parseCron(config.schedules[name] ?? actor.schedule),
      marketHours: (actor.marketHours ?? false) && config.marketHours === "us",
      ledger: createSlotLedger(options.sql, name, options.owner),
      marketClosed: (now) => !isQuoteTime(now),
      obstacle: () => obstacle(options, name),
      scan: async () => {
        const { published, failed } = await supervisor.scan(
          name,
          await options.symbols(),
        );
        log.info("scanned", {
          actor: name,
          published,
          failed: Object.keys(failed).length,
        });
      },
      log,
    }),
  ]));
}

/** A group that is far behind needs no more events: its producer waits, and says so. */
async function obstacle(
  { broker, supervisor, config }: SchedulesOptions,
  name: string,
): Promise<string | null> {
  if (supervisor.isPaused(name)) return "paused";
  const group = (await broker.groups(name)).find(({ group }) => group === name);
  const lag = group?.lag ?? 0;
  return lag > config.lagLimit
    ? `its group is ${lag} events behind, over the limit of ${config.lagLimit}`
    : null;
}
