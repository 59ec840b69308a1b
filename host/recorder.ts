/**
 * Writes down how this host fares, every ten seconds: the figures of its actors, that it runs, and when it could not
 * work. Handling never waits for it: it looks at what isolates have told, and what cannot be written now is kept.
 */
import { endRun, noteRun } from "../db/host_runs.ts";
import type { NewEntry } from "../db/journal.ts";
import { takenWithinHours } from "../db/pipeline.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { deadline, resolvesWithin, sleep } from "../wait.ts";
import type { Health } from "./health.ts";
import { type ActorMeasures, measuresOf } from "./measures.ts";
import { Outages } from "./outages.ts";
import {
  type Counts,
  lookEveryMs,
  PipelineMinutes,
} from "./pipeline_minutes.ts";
import type { Catalog, Status } from "./services.ts";
import type { Running } from "./start_up.ts";
import type { Stores } from "./stores.ts";

export interface RecorderOptions {
  readonly catalog: Pick<Catalog, "actors" | "observers">;
  readonly stores: Stores;
  readonly log: Log;
  readonly running: () => Running | null;
}

/** What the history says that a status needs, without asking for it. */
export interface Recorded {
  /** All events of an actor that were ever stored, as far as they are written down; null until that is known. */
  handled(actor: string): number | null;
  laggingSince(actor: string): Date | null;
}

const batch = 500;

export class Recorder implements Recorded {
  readonly #options: RecorderOptions;
  readonly #minutes = new PipelineMinutes();
  readonly #outages = new Outages();
  readonly #run = crypto.randomUUID();
  #totals: ReadonlyMap<string, number> | null = null;
  #writing: Promise<void> | undefined;
  #failing = false;
  #told = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  handled(actor: string): number | null {
    return this.#totals && (this.#totals.get(actor) ?? 0);
  }

  laggingSince(actor: string): Date | null {
    return this.#minutes.laggingSince(actor);
  }

  /** Something that happened now; lost if PostgreSQL is away. */
  tell(entry: Omit<NewEntry, "host">): void {
    const { stores: { journal }, log } = this.#options;
    journal.add({ ...entry, host: this.#host })
      .catch((error) => log.warn("not in the journal", { ...entry, error }));
  }

  /** Resolves when `signal` has aborted; what came last is written by `close`. */
  async run(
    status: Pick<Status, "actors" | "quota" | "health">,
    signal: AbortSignal,
  ): Promise<void> {
    this.#writeSoon();
    for (;;) {
      // By the clock, so that a minute ends with a look.
      const waitMs = lookEveryMs - Date.now() % lookEveryMs;
      await sleep(waitMs, signal).catch(() => {});
      if (signal.aborted) break;
      await this.#look(status);
      this.#writeSoon();
    }
  }

  /** When the isolates have ended: writes what they told last, if PostgreSQL answers soon. */
  async close(): Promise<void> {
    const { stores: { sql } } = this.#options;
    // It does not answer: leaving is not held up for it.
    if (this.#failing) return;
    this.#count();
    const written = async () => {
      await this.#writing;
      await this.#write();
      await endRun(sql, this.#run);
    };
    await resolvesWithin(written().catch(() => {}), 2_000);
  }

  /** A look waits for no write: counts belong to the minute in which they are seen. */
  #writeSoon(): void {
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  get #host(): string {
    return this.#options.running()?.instance() ?? "a host";
  }

  async #look(
    status: Pick<Status, "actors" | "quota" | "health">,
  ): Promise<void> {
    const soon = <T>(told: Promise<T>, unknown: T): Promise<T> =>
      deadline(told, lookEveryMs / 2, "too late").catch(() => unknown);
    const [actors, quota, health] = await Promise.all([
      soon(status.actors(), []),
      soon(status.quota(), null),
      soon<Health | null>(status.health(), null),
    ]);
    const quota_remaining = quota?.remaining ?? null;
    for (const { name, lag, pending } of actors) {
      this.#note(name, { lag, pending, quota_remaining });
    }
    if (actors.length === 0) this.#count();
    if (health) this.#outages.note(health.reasons, performance.now());
  }

  /** What was counted since, where nothing can be seen any more. */
  #count(): void {
    const unseen = { lag: null, pending: null, quota_remaining: null };
    const { actors, observers } = this.#options.catalog;
    for (const actor of [...actors.keys(), ...observers.keys()]) {
      this.#note(actor, unseen);
    }
  }

  #note(
    actor: string,
    sight: Parameters<PipelineMinutes["note"]>[3],
  ): void {
    const counts = countsOf(measuresOf(this.#options, actor));
    this.#minutes.note(new Date(), actor, counts, sight);
  }

  async #write(): Promise<void> {
    const { stores: { sql, pipeline, journal }, log } = this.#options;
    try {
      await noteRun(sql, this.#run, this.#host);
      if (!this.#totals) {
        this.#minutes.wasLagging(await pipeline.laggingSince());
      }
      for (let some; (some = this.#minutes.unstored(batch)).length;) {
        const taken = await pipeline.write(some);
        this.#minutes.stored(some);
        if (taken < some.length) this.#tellLate(some.length - taken);
      }
      for (const outage of this.#outages.untold(performance.now())) {
        const key = `${this.#run} ${outage.number}`;
        const { detail, beganMsAgo, endedMsAgo } = outage;
        const [kind, actor, host] = ["not-ready", null, this.#host];
        await journal.addLasting({
          ...{ kind, actor, host, key, detail, beganMsAgo, endedMsAgo },
        });
        this.#outages.told(outage);
      }
      this.#totals = await pipeline.totals();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        const fields = { error: explain(error) };
        log.warn("the history of the pipeline is written later", fields);
      }
      this.#failing = true;
    }
    this.#tellLost();
  }

  #tellLate(minutes: number): void {
    const text = `${minutes} minutes of the pipeline's history came more ` +
      `than ${takenWithinHours} hours late and are lost: is the clock right?`;
    this.#options.log.warn(text);
  }

  #tellLost(): void {
    const { lost } = this.#minutes;
    // A sign of life now and then, not at every minute.
    if (lost < this.#told + 500) return;
    this.#told = lost;
    const text = "PostgreSQL is away for so long that minutes of the " +
      "pipeline's history were given up";
    this.#options.log.warn(text, { lost });
  }
}

function countsOf(measures: ActorMeasures): Counts {
  const { handled, failed, publishToStored, marketCalls, scans } = measures;
  const { ok: _, ...failures } = scans.outcomes;
  return {
    events: handled,
    dead_letters: failed,
    failed_scans: Object.values(failures).reduce((all, n) => all + n, 0),
    calls: marketCalls.count,
    latency: publishToStored.counts,
  };
}
