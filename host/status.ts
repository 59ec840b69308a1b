/** The status of an actor, gathered from its isolates, its schedule, the broker and the dead letters. */
import type { Broker } from "../broker/broker.ts";
import { deadline } from "../wait.ts";
import type { Actor } from "../engine/actor.ts";
import type { Schedule } from "../engine/scheduler.ts";
import type { ActorStatus, IsolateStatus, ScheduleStatus } from "./services.ts";
import type { Supervisor } from "../engine/supervisor.ts";

export interface StatusSources {
  /** What is not started yet is null. */
  readonly supervisor: Supervisor | null;
  readonly broker: Broker | null;
  readonly schedule: Schedule | undefined;
  readonly trimmed: number;
  readonly deadLetters: number;
}

/** Numbers that the broker cannot tell now are null; nothing here throws because a server is down. */
export async function actorStatus(
  actor: Actor,
  sources: StatusSources,
): Promise<ActorStatus> {
  const { supervisor, broker, schedule, trimmed, deadLetters } = sources;
  const isolates = supervisor?.statusOf(actor.name) ?? [];
  const paused = supervisor?.isPaused(actor.name) ?? false;
  const [groups, depth] = await Promise.all([
    asked(broker?.groups(actor.name)),
    asked(broker?.depth(actor.name)),
  ]);
  const group = groups?.find(({ group }) => group === actor.name);
  return {
    name: actor.name,
    title: actor.title,
    state: stateOf(isolates, paused),
    paused,
    schedule: schedule?.status() ?? unscheduled(actor),
    lag: group?.lag ?? null,
    pending: group?.pending ?? null,
    depth: depth ?? null,
    trimmed,
    deadLetters,
    isolates,
    replay: supervisor?.replayOf(actor.name) ?? null,
  };
}

/** Null if the broker cannot tell, or takes longer than a page may. */
async function asked<T>(answer: Promise<T> | undefined): Promise<T | null> {
  if (!answer) return null;
  return await deadline(answer, 1_500, "the broker does not answer")
    .catch(() => null);
}

function stateOf(
  isolates: readonly IsolateStatus[],
  paused: boolean,
): ActorStatus["state"] {
  const states = isolates.map(({ state }) => state);
  if (states.every((state) => state === "stopped" || state === "stopping")) {
    return "stopped";
  }
  if (states.every((state) => state === "failed")) return "failed";
  if (states.some((state) => state !== "running")) return "degraded";
  return paused ? "paused" : "running";
}

function unscheduled(actor: Actor): ScheduleStatus {
  return {
    cron: actor.schedule,
    marketHours: actor.marketHours ?? false,
    next: null,
    lastCompleted: null,
    waiting: "the system is starting",
    lastError: null,
  };
}
