/** What the records of scans say of each actor, for its status. */
import type { ActorDescription } from "../engine/protocol.ts";
import type { SlotStatus } from "../engine/scheduler.ts";
import type { ActorStatus, ScheduleStatus } from "../engine/status.ts";
import { marketHost } from "../market/open.ts";
import type { HostParts } from "./host_services.ts";
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
  const { catalog, stores: { scans, watchlist, callCounts } } = sources;
  const actors = [...catalog.actors.values()];
  const [watched, summaries, failing, quota] = await Promise.all([
    watchlist.list().then((list) => list.length).catch(() => 0),
    scans.summaries().catch(() => []),
    scans.failing().catch(() => []),
    quotaOf(sources),
  ]);
  const schedules = new Map(actors.map((actor) => [
    actor.name,
    sources.running()?.schedules.get(actor.name)?.status() ??
      unscheduled(actor),
  ]));
  const callsOf = (actor: ActorDescription) =>
    summaries.find((one) => one.actor === actor.name)?.calls_per_symbol ??
      (asksMarket(sources, actor) ? 1 : null);
  const needs = actors.flatMap((actor) =>
    needOf(sources, actor, watched, callsOf(actor), schedules.get(actor.name)!)
  );
  const paces = planScans(needs, sources.config.callsPerMinute);
  const overdue = await scans.countOverdue(
    overdueSince(sources, schedules, paces),
  )
    .catch(() => new Map<string, number>());
  return new Map(actors.map((actor) => {
    const { name } = actor;
    const schedule = schedules.get(name)!;
    const pace = paces.get(name);
    const paused = quota && quota.paused_ms > toldPauseMs && pace
      ? `${quota.provider} asks for a pause of ${
        Math.ceil(quota.paused_ms / 1000)
      } s`
      : null;
    const own = failing.filter((one) => one.actor === name);
    const summary = summaries.find((one) => one.actor === name);
    return [name, {
      schedule: {
        ...schedule,
        waiting: schedule.waiting ?? paused,
        last_scanned: summary?.last_scanned?.toISOString() ?? null,
        effective_every_ms: pace?.everyMs ?? schedule.every_ms,
        quota: pace?.why ?? null,
      },
      failing: Object.fromEntries(
        own.map(({ symbol, outcome, error }) => [symbol, error ?? outcome]),
      ),
      refused: own.filter(({ outcome }) => outcome === "refused").length,
      watched,
      overdue: overdue.get(name) ?? 0,
      calls_per_symbol: callsOf(actor),
      calls: callCounts.of(name),
    }];
  }));
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
  symbols: number,
  callsPerSymbol: number | null,
  { every_ms: everyMs }: SlotStatus,
): Need[] {
  if (!asksMarket(sources, actor) || !callsPerSymbol || !everyMs) return [];
  const weight = sources.config.weights[actor.name] ?? 1;
  return [{ actor: actor.name, symbols, callsPerSymbol, everyMs, weight }];
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
