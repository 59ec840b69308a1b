/** Whether an actor's events get on, judged by its status: what stops them, and what somebody should look at. */
import type { ActorStatus, ForeignGroup } from "../engine/status.ts";
import { marketRests } from "../engine/scheduler.ts";
import { plural } from "../ui/numbers.ts";

/** A subscription reads at least every few seconds, even when there is nothing to read. */
const readAgeLimitMs = 30_000;
/** A batch that waits for longer waits for a person; what is shorter mends itself. */
const waitLimitMs = 5_000;
/** So long may an event wait before that is told; if none was handled for as long, nothing gets on. */
const oldestLimitMs = 60_000;

/** Why the actor's events are not handled. */
export function complaints(actor: ActorStatus): string[] {
  const { name, state, paused, isolates } = actor;
  if (state === "failed") {
    const failed = isolates.find(({ last_error }) => last_error);
    const error = failed?.last_error?.message ?? "for an unknown reason";
    return [
      `${name} has failed: ${error}; mend that, and restart it on the system page`,
    ];
  }
  if (paused) return [];
  const told = isolates.flatMap(({ consumer, waiting, last_read_age_ms }) => {
    if (waiting && waiting.ms > waitLimitMs) {
      return [
        `${consumer} waits, for ${seconds(waiting.ms)}: ${waiting.reason}`,
      ];
    }
    return (last_read_age_ms ?? 0) > readAgeLimitMs
      ? [`${consumer} last read its stream ${seconds(last_read_age_ms!)} ago`]
      : [];
  });
  if (told.length || !isStuck(actor)) return told;
  return [
    `${
      late(actor)
    }, and none was handled for a minute: look at the log, or restart ${name}`,
  ];
}

const isLate = ({ oldest_ms }: ActorStatus): boolean =>
  (oldest_ms ?? 0) > oldestLimitMs;

const getsOn = ({ isolates }: ActorStatus): boolean =>
  isolates.some(({ handled_age_ms }) => handled_age_ms < oldestLimitMs);

/** What waits here and does not get on; what another host has in hand is not for this one to handle. */
function isStuck(actor: ActorStatus): boolean {
  const { lag, isolates } = actor;
  const isHere = (lag ?? 0) > 0 || isolates.some(({ in_hand }) => in_hand);
  return isHere && isLate(actor) && !getsOn(actor);
}

const late = ({ name, oldest_ms, lag, pending }: ActorStatus): string =>
  `an event of ${name} has waited for ${seconds(oldest_ms ?? 0)}, ` +
  `${(lag ?? 0) + (pending ?? 0)} are not handled`;

/** What works, but not as it should. */
export function worries(
  actor: ActorStatus,
  watched: ReadonlySet<string>,
): string[] {
  const { name, state, paused, schedule, foreign_groups } = actor;
  const { failing, refused, watched: all, overdue } = actor;
  const failed = Object.entries(failing).filter(([one]) => watched.has(one));
  const told: string[] = [];
  if (state === "degraded") {
    told.push(`an isolate of ${name} is starting, or being replaced`);
  }
  if (!paused && isLate(actor) && !isStuck(actor)) {
    const why = getsOn(actor)
      ? "it is catching up"
      : `another consumer has it in hand (deno task ctl pending ${name})`;
    told.push(`${late(actor)}: ${why}`);
  }
  if (schedule.last_error) {
    told.push(`the last scan of ${name} failed: ${schedule.last_error}`);
  } else if (failed.length && schedule.waiting !== marketRests) {
    const symbols = failed.map(([symbol]) => symbol);
    const [[, reason]] = failed as [[string, string]];
    const everywhere = refused > 1 && refused === all;
    told.push(
      everywhere
        ? `the market refuses all ${all} symbols to ${name}, which looks like its plan: ${reason}`
        : `${
          plural(failed.length, "symbol")
        } could not be scanned by ${name} ` +
          `(${named(symbols)}): ${reason}`,
    );
  }
  if (overdue && !paused) {
    const every = seconds(schedule.effective_every_ms ?? 0);
    told.push(
      `${plural(overdue, "symbol")} of ${name} should have been scanned long ` +
        `since, for each comes every ${every}: look at the log and at the market's quota`,
    );
  }
  return [...told, ...foreign_groups.flatMap((one) => idle(name, one))];
}

/** A group of another program that stands still: those that read along keep nothing. */
function idle(actor: string, group: ForeignGroup): string[] {
  const { oldest_ms, lag, pending, removed_by } = group;
  if ((oldest_ms ?? 0) <= oldestLimitMs) return [];
  return [
    `the foreign group "${group.group}" is ${(lag ?? 0) + pending} events of ` +
    `${actor} behind, and keeps them from being trimmed; ` +
    `if nothing reads with it any more: ${removed_by}`,
  ];
}

const mostNamed = 5;

/** The first few, for a sentence. */
export function named(symbols: readonly string[]): string {
  const more = symbols.length > mostNamed ? ", …" : "";
  return symbols.slice(0, mostNamed).join(", ") + more;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
