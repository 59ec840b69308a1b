/** The status of every actor, gathered from its isolates, its schedule, the broker and the dead letters. */
import type { Broker, GroupStatus } from "../broker/broker.ts";
import type {
  ActorDescription,
  ObserverDescription,
} from "../engine/protocol.ts";
import type {
  ActorStatus,
  ForeignGroup,
  IsolateStatus,
} from "../engine/status.ts";
import { deadline } from "../wait.ts";
import type { HostParts } from "./host_services.ts";
import type { Recorded } from "./recorder.ts";
import { type ScanStatus, scanStatuses } from "./scan_status.ts";
import type { Running } from "./start_up.ts";

type Sources = Pick<
  HostParts,
  "catalog" | "stores" | "running" | "config" | "recorded"
>;

/** No page waits longer for a server. */
const tellWithinMs = 1_500;

/** Numbers that a server cannot tell now are null; nothing here throws because one is down. */
export async function statusesOf(sources: Sources): Promise<ActorStatus[]> {
  const { catalog, stores, running, recorded } = sources;
  const [dead, scans] = await Promise.all([
    deadline(stores.deadLetters.countByActor(), tellWithinMs, "too late")
      .catch(() => new Map<string, number>()),
    scanStatuses(sources),
  ]);
  const all = [...catalog.actors.values(), ...catalog.observers.values()];
  return await Promise.all(
    all.map((actor) =>
      statusOf(
        actor,
        running(),
        scans.get(actor.name) ?? scansNothing,
        dead.get(actor.name) ?? 0,
        recorded,
      )
    ),
  );
}

async function statusOf(
  actor: ActorDescription | ObserverDescription,
  running: Running | null,
  scans: ScanStatus,
  dead_letters: number,
  recorded: Recorded,
): Promise<ActorStatus> {
  const { name, title } = actor;
  const isolates = running?.supervisor.statusOf(name) ?? [];
  const paused = running?.supervisor.isPaused(name) ?? false;
  const { foreign_groups, depth, ...group } = await streamsOf(
    running?.broker,
    name,
    "consumes" in actor ? actor.consumes : [],
  );
  const since = group.lag ? recorded.laggingSince(name) : null;
  return {
    name,
    title,
    state: stateOf(isolates, paused),
    paused,
    ...scans,
    ...group,
    lagging_since: since?.toISOString() ?? null,
    handled: recorded.handled(name),
    depth,
    trimmed: running?.trimmer.trimmed(name) ?? 0,
    dead_letters,
    foreign_groups,
    shared_rights: running?.rights.sharedBecause(name) ?? null,
    isolates,
    replay: running?.supervisor.replayOf(name) ?? null,
  };
}

/** Of an observer: it scans nothing, so that from its start on nothing is left to do. */
const scansNothing: ScanStatus = {
  schedule: {
    cron: "",
    market_hours: false,
    next: null,
    last_completed: new Date().toISOString(),
    waiting: null,
    last_error: null,
    last_scanned: null,
    every_ms: null,
    effective_every_ms: null,
    quota: null,
  },
  failing: {},
  refused: 0,
  watched: 0,
  overdue: 0,
  calls_per_symbol: null,
  calls: 0,
};

/** The actor's own stream, and how far its group is behind there and in the streams that it consumes. */
async function streamsOf(
  broker: Broker | undefined,
  name: string,
  consumed: readonly string[],
) {
  const [own, ...others] = await Promise.all(
    [name, ...consumed].map((topic) => streamOf(broker, topic, name)),
  );
  const groups = [own!, ...others].map(({ group }) => group);
  const sum = (figures: (number | null | undefined)[]) =>
    figures.some((figure) => typeof figure !== "number")
      ? null
      : figures.reduce<number>((all, figure) => all + figure!, 0);
  const ages = groups.flatMap((group) => group?.oldest_ms ?? []);
  return {
    lag: sum(groups.map((group) => group?.lag)),
    pending: sum(groups.map((group) => group?.pending)),
    oldest_ms: ages.length ? Math.max(...ages) : null,
    foreign_groups: own!.foreign_groups,
    depth: own!.depth,
  };
}

/** Null where the broker cannot tell, or takes longer than a page may. */
async function streamOf(
  broker: Broker | undefined,
  topic: string,
  name: string,
) {
  const asked = async <T>(answer: Promise<T> | undefined) =>
    answer === undefined
      ? null
      : await deadline(answer, tellWithinMs, "the broker does not answer")
        .catch(() => null);
  const [groups, depth] = await Promise.all([
    asked(broker?.groups(topic)),
    asked(broker?.depth(topic)),
  ]);
  const group = groups && ownGroup(groups, name);
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
