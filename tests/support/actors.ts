/** Actors as a host tells of them, for tests of what shows them. */
import type { ActorStatus } from "../../engine/status.ts";
import type { Health } from "../../host/health.ts";
import type { Catalog } from "../../host/services.ts";
import { byOrder, genericView, loadView } from "../../ui/views.tsx";
import type { View } from "../../ui/view.ts";

/** An actor in good health, but for what is said otherwise. */
export function actorStatus(
  name: string,
  changes: Partial<ActorStatus> = {},
): ActorStatus {
  return {
    name,
    title: `The ${name}`,
    state: "running",
    paused: false,
    schedule: {
      cron: "*/5 * * * *",
      market_hours: false,
      next: null,
      last_completed: null,
      waiting: null,
      last_error: null,
      last_scanned: null,
      every_ms: 300_000,
      effective_every_ms: 300_000,
      quota: null,
    },
    lag: 0,
    lagging_since: null,
    pending: 0,
    oldest_ms: null,
    handled: 5,
    depth: 7,
    trimmed: 0,
    dead_letters: 0,
    failing: {},
    refused: 0,
    watched: 0,
    overdue: 0,
    calls_per_symbol: null,
    calls: 0,
    foreign_groups: [],
    shared_rights: null,
    isolates: [],
    replay: null,
    ...changes,
  };
}

/** A system that is ready, but for what is said otherwise. */
export function healthOf(changes: Partial<Health> = {}): Health {
  const ready = !changes.reasons?.length;
  const works = changes.warnings?.length ? "degraded" : "ready";
  const state = ready ? works : "not-ready";
  const durability = null;
  return { state, ready, reasons: [], warnings: [], durability, ...changes };
}

/** Actors that only have names, each with the generic view but for what is said otherwise. */
export function catalogOf(
  views: Readonly<Record<string, Partial<View>>>,
): Catalog {
  const names = Object.keys(views);
  const describe = (name: string) => ({
    name,
    title: `The ${name}`,
    description: "",
    schedule: "*/5 * * * *",
    market_hours: false,
    version: 1,
    schema: {},
    net: [],
  });
  return {
    actors: new Map(names.map((name) => [name, describe(name)])),
    views: new Map(
      names.map((name) => [name, { ...genericView(name), ...views[name] }]),
    ),
    observers: new Map(),
    broken: [],
  };
}

/** The views of the actors called `names`, in their order on a page. */
export async function loadViews(
  folder: URL,
  names: readonly string[],
): Promise<Map<string, View>> {
  const found = names.map(async (name) =>
    [name, await loadView(folder, name)] as const
  );
  return new Map((await Promise.all(found)).sort(byOrder));
}
