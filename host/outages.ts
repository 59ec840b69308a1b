/** When this host could not work, and why: kept until it is written down, for PostgreSQL may be what is away. */

export interface Outage {
  readonly number: number;
  readonly detail: string;
  readonly beganMsAgo: number;
  readonly endedMsAgo: number;
}

interface Kept {
  readonly number: number;
  /** The newest text of each; without its numbers, which change at every look, it is the same. */
  readonly reasons: Map<string, string>;
  readonly beganAt: number;
  endedAt: number;
  over: boolean;
  told: boolean;
}

const mostKept = 100;
const mostReasons = 5;
const mostText = 2_000;

/** All times are in milliseconds, by a clock that nobody sets. */
export class Outages {
  #kept: Kept[] = [];
  #count = 0;

  /** @param reasons why the host is not ready; none if it is */
  note(reasons: readonly string[], now: number): void {
    const open = this.#kept.findLast(({ over }) => !over);
    if (open) {
      open.over = reasons.length === 0;
      open.endedAt = now;
      open.told = false;
    }
    if (reasons.length === 0) return;
    const outage = open ?? this.#begin(now);
    for (const reason of reasons.slice(0, mostReasons)) {
      outage.reasons.set(reason.replaceAll(/\d+/g, ""), reason);
    }
  }

  /** Those of which something is new, oldest first. */
  untold(now: number): Outage[] {
    return this.#kept.filter(({ told }) => !told).map((one) => ({
      number: one.number,
      detail: [...one.reasons.values()].join("; ").slice(0, mostText),
      beganMsAgo: now - one.beganAt,
      endedMsAgo: now - one.endedAt,
    }));
  }

  told({ number }: Outage): void {
    for (const one of this.#kept) one.told ||= one.number === number;
    this.#kept = this.#kept.filter(({ over, told }) => !over || !told);
  }

  #begin(now: number): Kept {
    const outage = {
      number: ++this.#count,
      reasons: new Map<string, string>(),
      beganAt: now,
      endedAt: now,
      over: false,
      told: false,
    };
    this.#kept.push(outage);
    if (this.#kept.length > mostKept) this.#kept.shift();
    return outage;
  }
}
