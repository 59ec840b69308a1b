/** The status of every actor, gathered from its isolates, its schedule, the broker and the dead letters. */
import type { Broker, GroupStatus } from "../broker/broker.ts";
import type { ActorDescription } from "../engine/protocol.ts";
import type {
  ActorStatus,
  ForeignGroup,
  IsolateStatus,
} from "../engine/status.ts";
import { deadline } from "../wait.ts";
import type { HostParts } from "./host_services.ts";
import { type ScanStatus, scanStatuses } from "./scan_status.ts";
import type { Running } from "./start_up.ts";

type Sources = Pick<HostParts, "catalog" | "stores" | "running" | "config">;

/** Numbers that a server cannot tell now are null; nothing here throws because one is down. */
export async function statusesOf(sources: Sources): Promise<ActorStatus[]> {
  const { catalog, stores, running } = sources;
  const [dead, scans] = await Promise.all([
    stores.deadLetters.countByActor().catch(() => new Map<string, number>()),
    scanStatuses(sources),
  ]);
  return await Promise.all(
    [...catalog.actors.values()].map((actor) =>
      statusOf(
        actor,
        running(),
        scans.get(actor.name)!,
        dead.get(actor.name) ?? 0,
      )
    ),
  );
}

async function statusOf(
  actor: ActorDescription,
  running: Running | null,
  scans: ScanStatus,
  dead_letters: number,
): Promise<ActorStatus> {
  const { name, title } = actor;
  const isolates = running?.supervisor.statusOf(name) ?? [];
  const paused = running?.supervisor.isPaused(name) ?? false;
  const { group, foreign_groups, depth } = await streamOf(
    running?.broker,
    name,
  );
  return {
    name,
    title,
    state: stateOf(isolates, paused),
    paused,
    ...scans,
    lag: group?.lag ?? null,
    pending: group?.pending ?? null,
    oldest_ms: group?.oldest_ms ?? null,
    depth,
    trimmed: running?.trimmer.trimmed(name) ?? 0,
    dead_letters,
    foreign_groups,
    shared_rights: running?.rights.sharedBecause(name) ?? null,
    isolates,
    replay: running?.supervisor.replayOf(name) ?? null,
  };
}

/** Null where the broker cannot tell, or takes longer than a page may. */
async function streamOf(broker: Broker | undefined, topic: string) {
  const asked = async <T>(answer: Promise<T> | undefined) =>
    answer === undefined
      ? null
      : await deadline(answer, 1_500, "the broker does not answer")
        .catch(() => null);
  const [groups, depth] = await Promise.all([
    asked(broker?.groups(topic)),
    asked(broker?.depth(topic)),
  ]);
  const group = groups && ownGroup(groups, topic);
  return { group, foreign_groups: foreignGroups(groups ?? []), depth };
}

/** Another program may have called its group like the actor. */
export const ownGroup = (
  groups: readonly GroupStatus[],
  actor: string,
): GroupStatus | undefined =>
  groups.find((one) => one.group === actor && one.removed_by === null);

const foreignGroups = (groups: readonly GroupStatus[]): ForeignGroup[] =>
  groups.flatMap(({ consumers: _, removed_by, ...group }) =>
    removed_by === null ? [] : [{ ...group, removed_by }]
  );

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
