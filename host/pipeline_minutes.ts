/**
 * What this host counts and sees of each actor, minute by minute, until it is stored: however long PostgreSQL is away,
 * within bounds. Nothing here waits for anything.
 */
import type { Minute } from "../db/pipeline.ts";

/** Since this host started: none of these ever falls. */
export interface Counts {
  readonly events: number;
  readonly dead_letters: number;
  readonly failed_scans: number;
  readonly calls: number;
  readonly latency: readonly number[];
}

/** As it is now; null where nobody can tell. */
export interface Sight {
  readonly lag: number | null;
  readonly pending: number | null;
  readonly quota_remaining: number | null;
}

interface Kept {
  minute: Minute;
  stored: boolean;
}

/** Half a day of ten actors: what is beyond is given up, the oldest first. */
export const mostKept = 7_200;

export const lookEveryMs = 10_000;
const minuteMs = 60_000;

export class PipelineMinutes {
  /** Those that are not stored, or not over; oldest first. */
  #kept: Kept[] = [];
  readonly #newest = new Map<string, Kept>();
  readonly #counts = new Map<string, Counts>();
  readonly #laggingSince = new Map<string, Date>();
  #writer = crypto.randomUUID();
  #minute = 0;
  #lost = 0;

  /** How many minutes were given up. */
  get lost(): number {
    return this.#lost;
  }

  /** Since when the actor's group has been behind at every look. */
  laggingSince(actor: string): Date | null {
    return this.#laggingSince.get(actor) ?? null;
  }

  /** What other hosts, or this one before its start, have seen: it goes on if the actor is still behind. */
  wasLagging(since: ReadonlyMap<string, Date>): void {
    for (const [actor, at] of since) this.#laggingSince.set(actor, at);
  }

  /** A look at `now`: adds to its minute what came since the last one. */
  note(now: Date, actor: string, counts: Counts, sight: Sight): void {
    this.#turnTo(now);
    this.#lookAt(now, actor, sight.lag);
    const before = this.#counts.get(actor);
    this.#counts.set(actor, counts);
    const kept = this.#keptOf(actor);
    const minute = added(kept.minute, since(counts, before), {
      ...sight,
      lagging_since: this.laggingSince(actor)?.toISOString() ?? null,
    });
    if (JSON.stringify(minute) === JSON.stringify(kept.minute)) return;
    kept.minute = minute;
    kept.stored = false;
  }

  /** What is to be stored, the oldest first. */
  unstored(limit: number): Minute[] {
    return this.#kept.filter(({ stored }) => !stored).slice(0, limit)
      .map(({ minute }) => minute);
  }

  /** These are: what has not changed meanwhile, and is over, is forgotten. */
  stored(minutes: readonly Minute[]): void {
    const done = new Set(minutes);
    for (const kept of this.#kept) kept.stored ||= done.has(kept.minute);
    const open = new Set(this.#newest.values());
    this.#kept = this.#kept.filter((kept) => !kept.stored || open.has(kept));
  }

  /**
   * A clock that was set back comes to minutes that were stored already: what is counted there now is written beside
   * that, as if by another process, and not over it.
   */
  #turnTo(now: Date): void {
    // What came since the last look belongs to the minute of its middle.
    const middle = now.getTime() - lookEveryMs / 2;
    const minute = Math.floor(middle / minuteMs) * minuteMs;
    if (minute === this.#minute) return;
    if (minute < this.#minute) this.#writer = crypto.randomUUID();
    this.#minute = minute;
    this.#newest.clear();
  }

  #lookAt(now: Date, actor: string, lag: number | null): void {
    if (lag === 0) this.#laggingSince.delete(actor);
    if (!lag || this.#laggingSince.has(actor)) return;
    this.#laggingSince.set(actor, now);
  }

  #keptOf(actor: string): Kept {
    const known = this.#newest.get(actor);
    if (known) return known;
    const at = new Date(this.#minute).toISOString();
    const minute = { ...nothing, minute: at, actor, writer: this.#writer };
    const kept = { minute, stored: false };
    this.#newest.set(actor, kept);
    this.#kept.push(kept);
    const beyond = this.#kept.length - mostKept;
    if (beyond > 0) this.#lost += this.#kept.splice(0, beyond).length;
    return kept;
  }
}

const nothing = {
  events: 0,
  dead_letters: 0,
  failed_scans: 0,
  calls: 0,
  lag: null,
  pending: null,
  quota_remaining: null,
  lagging_since: null,
  latency: null,
};

function since(now: Counts, before: Counts | undefined): Counts {
  if (!before) return now;
  const { events, dead_letters, failed_scans, calls, latency } = now;
  return {
    events: events - before.events,
    dead_letters: dead_letters - before.dead_letters,
    failed_scans: failed_scans - before.failed_scans,
    calls: calls - before.calls,
    latency: latency.map((n, i) => n - before.latency[i]!),
  };
}

function added(
  minute: Minute,
  more: Counts,
  sight: Sight & Pick<Minute, "lagging_since">,
): Minute {
  const { latency } = minute;
  return {
    ...minute,
    events: minute.events + more.events,
    dead_letters: minute.dead_letters + more.dead_letters,
    failed_scans: minute.failed_scans + more.failed_scans,
    calls: minute.calls + more.calls,
    lag: of(Math.max, minute.lag, sight.lag),
    pending: of(Math.max, minute.pending, sight.pending),
    quota_remaining: of(
      Math.min,
      minute.quota_remaining,
      sight.quota_remaining,
    ),
    lagging_since: sight.lagging_since,
    latency: more.latency.some((n) => n > 0)
      ? more.latency.map((n, i) => n + (latency?.[i] ?? 0))
      : latency,
  };
}

/** Of what is known of both. */
function of(
  choose: (a: number, b: number) => number,
  a: number | null,
  b: number | null,
): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}
