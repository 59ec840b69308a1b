/** Rolls an actor's old rows up, and drops and thins them where the settings say so: in its isolate, with its rights. */
import type { Sql } from "postgres";
import { isUnavailable } from "../db/client.ts";
import type { Batch } from "../db/key_runs.ts";
import { createRetention, type KeyedTable } from "../db/retention.ts";
import type { Actor, AgingTable, Log, Observer } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { sleep } from "../wait.ts";
import type { Servers } from "./isolate_settings.ts";

export type Ages = Pick<Servers, "dropAfterDays" | "thinAfterDays">;

export interface RetentionOptions {
  readonly actor: Pick<Actor | Observer, "name" | "retention">;
  readonly sql: Sql;
  readonly ages: Ages;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const firstAfterMs = 2_000;
const everyMs = 3_600_000;
/** It rests so many times as long as a batch took: four fifths of the time are for others. */
const restTimes = 4;
const leastRestMs = 50;
/** What comes late comes before that, as a rule: then nothing is rolled up twice. */
export const rollUpAfterDays = 1;

/** Resolves when the signal aborts. What one run leaves undone the next one does, on whatever host. */
export async function keepRetention(options: RetentionOptions): Promise<void> {
  const { log, signal } = options;
  warnOfNothing(options);
  for (let waitMs = firstAfterMs; !signal.aborted; waitMs = everyMs) {
    await sleep(waitMs, signal).catch(() => {}); // it aborted
    try {
      if (!signal.aborted && await rollHoursUp(options)) {
        await removeOldRows(options);
      }
    } catch (error) {
      const level = isUnavailable(error) ? "debug" : "warn";
      log[level]("old rows are as they were", { error: explain(error) });
    }
  }
}

/** One run, told in one line; false if it ends early, as where another host is at it. */
export async function rollHoursUp(
  { actor, sql, log, signal }: Omit<RetentionOptions, "ages">,
): Promise<boolean> {
  const retention = createRetention(sql, actor.name);
  const began = performance.now();
  let hours = 0;
  try {
    for (const table of actor.retention ?? []) {
      const { rollInto } = table;
      if (rollInto === undefined || !isKeyed(table)) continue;
      const ended = await inBatches(signal, async () => {
        const batch = await retention.rollUp(table, rollInto, rollUpAfterDays);
        hours += batch?.rows ?? 0;
        return batch;
      });
      if (!ended) return false;
    }
    return true;
  } finally {
    if (hours > 0) {
      const ms = Math.round(performance.now() - began);
      log.info("hours rolled up", { hours, ms });
    }
  }
}

/** As above. */
export async function removeOldRows(
  { actor, sql, ages, log, signal }: RetentionOptions,
): Promise<void> {
  const { dropAfterDays, thinAfterDays } = ages;
  const retention = createRetention(sql, actor.name);
  const began = performance.now();
  const gone = { dropped: 0, thinned: 0 };
  try {
    for (const table of actor.retention ?? []) {
      if (dropAfterDays !== null) {
        const ended = await inBatches(signal, async (last) => {
          const from = last?.next ?? {};
          const batch = await retention.drop(table, dropAfterDays, from);
          gone.dropped += batch?.rows ?? 0;
          return batch;
        });
        if (!ended) return;
      }
      if (thinAfterDays !== null && isKeyed(table)) {
        const ended = await inBatches(signal, async () => {
          const batch = await retention.thin(table, thinAfterDays);
          gone.thinned += batch?.rows ?? 0;
          return batch;
        });
        if (!ended) return;
      }
    }
  } finally {
    if (gone.dropped + gone.thinned > 0) {
      const ms = Math.round(performance.now() - began);
      log.info("old rows removed", { ...gone, ms });
    }
  }
}

/** False if it was not let to the end. */
async function inBatches(
  signal: AbortSignal,
  next: (last: Batch | undefined) => Promise<Batch | null>,
): Promise<boolean> {
  let last: Batch | undefined;
  while (!signal.aborted) {
    const began = performance.now();
    const batch = await next(last);
    if (!batch?.next) return batch !== null;
    last = batch;
    const restMs = restTimes * (performance.now() - began);
    await sleep(Math.max(leastRestMs, restMs), signal).catch(() => {}); // it aborted
  }
  return false;
}

const isKeyed = (table: AgingTable): table is KeyedTable =>
  table.thinBy !== undefined && table.key !== undefined;

/** A setting without effect is told: whoever set it relies on it. */
function warnOfNothing({ actor, ages, log }: RetentionOptions): void {
  const { dropAfterDays, thinAfterDays } = ages;
  const tables = actor.retention ?? [];
  const name = actor.name.toUpperCase();
  const keeps = "its mod.ts names in `retention` no table for that";
  if (dropAfterDays !== null && !tables.length) {
    log.warn(`RETENTION_DAYS_${name} does nothing: ${keeps}`);
  }
  if (thinAfterDays !== null && !tables.some(isKeyed)) {
    log.warn(`THIN_AFTER_DAYS_${name} does nothing: ${keeps}`);
  }
}

/** What may be thinned or rolled up already by a clock that is a little wrong. */
const marginMs = 3_600_000;

/**
 * To be called with what was stored, before it counts as handled: what is old (a replay) is looked at again, or
 * else it would stay as it came. Undefined for an actor whose old rows are left alone.
 */
export function noteOld(
  actor: Actor | Observer,
  { thinAfterDays }: Pick<Ages, "thinAfterDays">,
  sql: Sql,
): ((events: readonly { readonly at: string }[]) => Promise<void>) | undefined {
  if ("consumes" in actor) return undefined;
  const rolls = actor.retention?.some((table) => table.rollInto !== undefined);
  const days = Math.min(
    thinAfterDays ?? Infinity,
    rolls ? rollUpAfterDays : Infinity,
  );
  if (days === Infinity) return undefined;
  const retention = createRetention(sql, actor.name);
  return async (events) => {
    const oldest = events.reduce((one, { at }) => at < one ? at : one, "9");
    const since = Date.now() - days * 86_400_000 + marginMs;
    if (Date.parse(oldest) < since) await retention.note(oldest);
  };
}
