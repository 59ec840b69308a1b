/** Cron expressions as `Deno.cron` reads them: five fields, UTC, weekdays by name. */
import { Cron } from "croner";

/** A schedule's slots: the minutes at which it is due. */
export interface Slots {
  readonly expression: string;
  /** The newest slot at or before `now`. */
  last(now: Date): Date | null;
  /** The first slot after `now`. */
  next(now: Date): Date | null;
}

/**
 * Parses a schedule. Weekdays in digits are refused: 1 is Sunday for `Deno.cron` and Monday for cron.
 * @throws {Error} that says what is wrong with the expression.
 */
export function parseCron(expression: string): Slots {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) {
    throw new Error(
      `a schedule has five fields (minute hour day month weekday), like "*/5 * * * MON-FRI"`,
    );
  }
  if (/\d/.test(fields[4]!.replace(/[/#]\d+/g, ""))) {
    throw new Error(
      `weekdays are written by name (SUN, MON-FRI), since their numbers differ between systems`,
    );
  }
  if (/[?+]/.test(expression)) {
    throw new Error(`Deno.cron knows neither "?" nor "+": write "*" for any`);
  }
  const cron = parse(fields.join(" "));
  return {
    expression: fields.join(" "),
    next: (now) => cron.nextRun(now),
    // One millisecond later, so that a slot counts as due at its very instant.
    last: (now) => cron.previousRuns(1, new Date(now.getTime() + 1))[0] ?? null,
  };
}

/** From when hurried schedules count: a midnight, the same on all hosts. */
const origin = Date.UTC(2026, 0, 1);

/** The same slots, so many times as often: with 60 an hour's slots are due within a minute. */
export function hurried(slots: Slots, speed: number): Slots {
  if (speed === 1) return slots;
  const scheduled = (time: Date) =>
    new Date(origin + (time.getTime() - origin) * speed);
  // Not before the slot is due.
  const due = (slot: Date | null) =>
    slot && new Date(origin + Math.ceil((slot.getTime() - origin) / speed));
  return {
    expression: slots.expression,
    last: (now) => due(slots.last(scheduled(now))),
    next: (now) => due(slots.next(scheduled(now))),
  };
}

function parse(expression: string): Cron {
  try {
    return new Cron(expression, { timezone: "UTC", paused: true });
  } catch (cause) {
    const reason = cause instanceof Error
      ? cause.message.replace(/^CronPattern: /, "")
      : String(cause);
    throw new Error(`not a cron expression (${reason})`, { cause });
  }
}
