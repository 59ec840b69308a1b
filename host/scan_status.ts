/** What the records of scans say of each actor, for its status. */
import type { ActorDescription } from "../engine/protocol.ts";
import type { SlotStatus } from "../engine/scheduler.ts";
import type { ActorStatus, ScheduleStatus } from "../engine/status.ts";
import { marketHost } from "../market/open.ts";
import { deadline } from "../wait.ts";
import type { HostParts } from "./host_services.ts";
import { measuresOf } from "./measures.ts";
import { type Need, type Pace, planScans, quotaOf } from "./quota.ts";

type Sources = Pick<HostParts, "catalog" | "stores" | "running" | "config">;

/** The parts of a status that tell of scans. */
export type ScanStatus =
  & Pick<
    ActorStatus,
    | "failing"
    | "refused"
    | "watched"
    | "overdue"
    | "calls_per_symbol"
    | "calls"
  >
  & { readonly schedule: ScheduleStatus };

/** A symbol is overdue after so many times the time in which its turn should come, and a minute. */
const overdueTurns = 2;
const graceMs = 60_000;
/** A shorter pause is over before anybody has read of it. */
const toldPauseMs = 2_000;

/** By actor; what PostgreSQL cannot tell now is left out. */
export async function scanStatuses(
  sources: Sources,
): Promise<Map<string, ScanStatus>> {
  const { catalog, stores: { scans } } = sources;
  const actors = [...catalog.actors.values()];
  const told = await tell(sources);
  const schedules = new Map(actors.map((actor) => [
    actor.name,
    sources.running()?.schedules.get(actor.name)?.status() ??
      unscheduled(actor),
  ]));
  const needs = actors.flatMap((actor) =>
    needOf(sources, actor, told, schedules.get(actor.name)!)
  );
  const paces = planScans(needs, sources.config.callsPerMinute);
  const overdue = await soon(
    scans.countOverdue(overdueSince(sources, schedules, paces)),
    new Map<string, number>(),
  );
  return new Map(actors.map((actor) => {
    const { name } = actor;
    const own = told.failing.filter((one) => one.actor === name);
    const pace = paces.get(name);
    return [name, {
      schedule: scheduleOf(schedules.get(name)!, told, name, pace),
      failing: Object.fromEntries(
        own.map(({ symbol, outcome, error }) => [symbol, error ?? outcome]),
      ),
      refused: own.filter(({ outcome }) => outcome === "refused").length,
      watched: told.watched,
      overdue: overdue.get(name) ?? 0,
      calls_per_symbol: callsPerSymbol(sources, actor, told),
      calls: measuresOf(sources, name).marketCalls.count,
    }];
  }));
}

type Told = Awaited<ReturnType<typeof tell>>;

/** What the servers say of all actors. */
async function tell(sources: Sources) {
  const { scans, watchlist } = sources.stores;
  const [watched, summaries, failing, quota] = await Promise.all([
    soon(watchlist.list().then((list) => list.length), 0),
    soon(scans.summaries(), []),
    soon(scans.failing(), []),
    quotaOf(sources),
  ]);
  const byActor = new Map(summaries.map((one) => [one.actor, one]));
  return { watched, summaries: byActor, failing, quota };
}

function scheduleOf(
  schedule: SlotStatus,
  { summaries, quota }: Told,
  actor: string,
  pace: Pace | undefined,
): ScheduleStatus {
  const last = summaries.get(actor)?.last_scanned;
  // Whoever makes no calls need not wait for the market.
  const paused = pace && quota && quota.paused_ms > toldPauseMs
    ? `${quota.provider} asks for a pause of ${
      Math.ceil(quota.paused_ms / 1000)
    } s`
    : null;
  return {
    ...schedule,
    waiting: schedule.waiting ?? paused,
    last_scanned: last?.toISOString() ?? null,
    effective_every_ms: pace?.everyMs ?? schedule.every_ms,
    quota: pace?.why ?? null,
  };
}

/** As measured; before the first scan one is expected. */
function callsPerSymbol(
  sources: Pick<Sources, "config">,
  actor: ActorDescription,
  { summaries }: Told,
): number | null {
  return summaries.get(actor.name)?.calls_per_symbol ??
    (asksMarket(sources, actor) ? 1 : null);
}

/** What is told in time, or nothing: no page waits for it. */
function soon<T>(told: Promise<T>, nothing: T): Promise<T> {
  return deadline(told, 1_500, "PostgreSQL does not tell")
    .catch(() => nothing);
}

/** False where the market has no limit. */
function asksMarket(
  { config }: Pick<Sources, "config">,
  { net }: Pick<ActorDescription, "net">,
): boolean {
  return net.includes("market") && marketHost(config.market) !== null;
}

function needOf(
  sources: Sources,
  actor: ActorDescription,
  told: Told,
  { every_ms: everyMs }: SlotStatus,
): Need[] {
  const calls = callsPerSymbol(sources, actor, told);
  if (!asksMarket(sources, actor) || !calls || !everyMs) return [];
  return [{
    actor: actor.name,
    symbols: told.watched,
    callsPerSymbol: calls,
    everyMs,
    weight: sources.config.weights[actor.name] ?? 1,
  }];
}

/** Before which instant a symbol of each actor should have been scanned; not while the schedule rests. */
function overdueSince(
  { running }: Pick<Sources, "running">,
  schedules: ReadonlyMap<string, SlotStatus>,
  paces: ReadonlyMap<string, Pace>,
): Map<string, Date> {
  const since = new Map<string, Date>();
  for (const [name, { every_ms }] of schedules) {
    const activeSince = running()?.schedules.get(name)?.activeSince;
    const everyMs = paces.get(name)?.everyMs ?? every_ms;
    if (!activeSince || !everyMs) continue;
    const before = new Date(Date.now() - overdueTurns * everyMs - graceMs);
    if (activeSince < before) since.set(name, before);
  }
  return since;
}

function unscheduled(
  { schedule, market_hours }: ActorDescription,
): SlotStatus {
  return {
    cron: schedule,
    market_hours,
    next: null,
    last_completed: null,
    waiting: "the system is starting",
    last_error: null,
    every_ms: null,
  };
}
