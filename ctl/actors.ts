/** Commands about actors: how they are, what they do now, and what waits in their streams. */
import { sleep } from "../wait.ts";
import type { PendingMessage } from "../broker/broker.ts";
import type {
  ActorStatus,
  QuotaStatus,
  ReplayStatus,
  ScanResult,
} from "../engine/status.ts";
import type { Health } from "../host/health.ts";
import { type Actors, path } from "./api.ts";
import {
  command,
  type Context,
  edgeHint,
  edgeOf,
  UsageError,
} from "./command.ts";
import { guess } from "./nearest.ts";
import { refreshing } from "./screen.ts";
import { duration, table } from "./table.ts";

const status = command({
  words: "[actor]",
  flags: {
    watch: {
      type: "boolean",
      help: "Shows it until Ctrl+C, new every two seconds.",
    },
  },
  summary: "Actors and their isolates, lag, pending entries and schedules.",
  details:
    "Begins with what the dashboard's header says. Exits with 1 if the host is not ready, an actor is " +
    "degraded or has failed, or a folder holds no working actor.",
  async run([name], context) {
    const { flags, answer } = context;
    if (flags.watch) {
      return await refreshing(async () => (await look(name, context)).text);
    }
    const { value, text, healthy } = await look(name, context);
    answer(value, text);
    return healthy;
  },
});

async function look(
  name: string | undefined,
  { api, time }: Pick<Context<never>, "api" | "time">,
) {
  const { actors, broken, quota } = await api.get<Actors>("/api/actors");
  const chosen = actors.filter((actor) => !name || actor.name === name);
  if (name && !chosen.length) {
    const names = actors.map((actor) => actor.name);
    throw new UsageError(
      `there is no actor "${name}"; there are: ${names.join(", ")}${
        guess(name, names)
      }`,
    );
  }
  const health = await api.ask<Health>("/readyz");
  const { state, reasons, warnings, ready } = health;
  const parts = [
    [`state: ${state}`, ...reasons, ...warnings].join("\n  "),
    ...quotaLines(quota, chosen),
    overview(chosen),
    ...(name ? chosen : []).map((actor) => isolates(actor, time)),
  ];
  const healthy = ready && !broken.length &&
    chosen.every(({ state }) => state === "running" || state === "paused");
  const value = { health, actors: chosen, broken, quota };
  return { value, text: parts.join("\n\n"), healthy };
}

/** What the market allows, and what that means for each schedule. */
function quotaLines(
  quota: QuotaStatus | null,
  actors: readonly ActorStatus[],
): string[] {
  const stretched = actors.flatMap(({ schedule }) => schedule.quota ?? []);
  return quota
    ? [[`quota: ${quotaText(quota)}`, ...stretched].join("\n  ")]
    : [];
}

/** `41 of 60 calls left this minute at finnhub`. */
export function quotaText(
  { provider, remaining, limit, paused_ms }: QuotaStatus,
): string {
  const left = `${remaining} of ${limit} calls left this minute at ${provider}`;
  const pause = `, which asks for a pause of ${duration(paused_ms)}`;
  return paused_ms ? left + pause : left;
}

function overview(actors: readonly ActorStatus[]): string {
  return table(actors, [
    { heading: "ACTOR", cell: (a) => a.name },
    { heading: "STATE", cell: (a) => a.state },
    { heading: "LAG", cell: (a) => a.lag, right: true },
    { heading: "PENDING", cell: (a) => a.pending, right: true },
    { heading: "DEAD", cell: (a) => a.dead_letters, right: true },
    { heading: "STREAM", cell: (a) => a.depth, right: true },
    { heading: "CALLS", cell: (a) => a.calls, right: true },
    {
      heading: "RESTARTS",
      cell: (a) => a.isolates.reduce((sum, i) => sum + i.restarts, 0),
      right: true,
    },
    { heading: "READ", cell: (a) => duration(oldest(a)), right: true },
    {
      heading: "NEXT",
      cell: ({ schedule: { waiting, next } }) =>
        waiting ?? (next && until(next)),
    },
  ]);
}

function isolates(
  { isolates }: ActorStatus,
  time: (iso: string) => string,
): string {
  return table(isolates, [
    { heading: "CONSUMER", cell: (i) => i.consumer },
    { heading: "STATE", cell: (i) => i.state },
    { heading: "UPTIME", cell: (i) => duration(i.uptime_ms), right: true },
    { heading: "HANDLED", cell: (i) => i.handled, right: true },
    { heading: "RESTARTS", cell: (i) => i.restarts, right: true },
    {
      heading: "LAST ERROR",
      cell: (i) =>
        i.last_error && `${i.last_error.message} (${time(i.last_error.at)})`,
    },
  ]);
}

function oldest({ isolates }: ActorStatus): number | null {
  const ages = isolates.map((isolate) => isolate.last_read_age_ms)
    .filter((age) => age !== null);
  return ages.length ? Math.max(...ages) : null;
}

function until(time: string): string {
  return `in ${duration(Math.max(0, Date.parse(time) - Date.now()))}`;
}

const scan = command({
  words: "<signal>",
  flags: {
    symbol: {
      type: "string",
      multiple: true,
      help: "Only this one, not the watchlist.",
    },
  },
  summary: "Scans the watchlist now, out of schedule.",
  async run([actor], { api, flags, answer, note }) {
    note(`scanning ${actor} …`);
    const result = await api.post<ScanResult>(
      path`/api/signals/${actor}/scan`,
      flags.symbol ? { symbols: flags.symbol } : {},
    );
    const failed = Object.entries(result.failed)
      .map(([symbol, why]) => `${symbol} failed: ${why}`);
    const published = `${result.published} events published`;
    answer(result, [published, ...failed].join("\n"));
    return failed.length === 0;
  },
});

/** A command that is a verb of the API and takes the actor alone. */
function control(verb: string, done: string, summary: string) {
  return command({
    words: "<actor>",
    summary,
    async run([actor], { api, answer }) {
      const result = await api.post(path`/api/actors/${actor}/${verb}`);
      answer(result ?? {}, `${actor} ${done}`);
    },
  });
}

const pending = command({
  words: "<signal>",
  flags: { limit: { type: "string", help: "How many entries to show." } },
  summary: "Entries delivered and not yet acknowledged, with their consumers.",
  async run([actor], { api, flags, answer }) {
    const query = new URLSearchParams(flags);
    const { pending } = await api.get<{ pending: PendingMessage[] }>(
      `${path`/api/streams/${actor}/pending`}?${query}`,
    );
    const rows = table(pending, [
      { heading: "POSITION", cell: (p) => p.position },
      { heading: "CONSUMER", cell: (p) => p.consumer },
      { heading: "IDLE", cell: (p) => duration(p.idle_ms), right: true },
      { heading: "DELIVERIES", cell: (p) => p.deliveries, right: true },
    ]);
    answer(pending, pending.length ? rows : "nothing is pending");
  },
});

const claim = command({
  words: "<signal>",
  summary: "Takes over, now, what dead consumers left pending.",
  details:
    "Every isolate does so by itself, every few seconds. Entries of live consumers are left alone.",
  async run([actor], { api, answer }) {
    const result = await api.post<{ claimed: number }>(
      path`/api/streams/${actor}/claim`,
    );
    answer(result, `${result.claimed} entries taken over`);
  },
});

const replay = command({
  words: "<signal>",
  flags: {
    from: { type: "string", help: `Where to begin: ${edgeHint}` },
    to: { type: "string", help: `Where to end: ${edgeHint}` },
  },
  summary: "Hands a window of the stream to the live handler again.",
  details:
    "Without --from and --to the whole stream is replayed. The live group does not move, and\n" +
    "handling an event again changes nothing, so a replay is harmless: it heals what was lost in\n" +
    "PostgreSQL or in the cache. Exits with 1 if an event fails: it is a dead letter then.",
  async run([actor], { api, flags, answer, note, clock }) {
    const from = edgeOf(flags.from, "--from", clock);
    const to = edgeOf(flags.to, "--to", clock);
    const url = path`/api/streams/${actor}/replay`;
    let replay = await api.post<ReplayStatus>(url, { from, to });
    for (let told = -1; replay.state === "running";) {
      if (replay.done !== told) {
        note(`${told = replay.done} of ${replay.total ?? "?"} …`);
      }
      await sleep(500);
      replay = await api.get<ReplayStatus>(url);
    }
    answer(replay, outcomeText(replay));
    return replay.state === "done" && replay.failed === 0;
  },
});

function outcomeText(
  { state, done, failed, failures, error }: ReplayStatus,
): string {
  const counts = failed
    ? `${done} events replayed, ${failed} of them failed: see dead-letters`
    : `${done} events replayed`;
  if (state !== "done") return `the replay failed: ${error} (${counts})`;
  const reasons = failures.map(({ event_id, position, reason, error }) =>
    `${event_id ?? position} failed: ${reason}: ${error}`
  );
  return [counts, ...reasons].join("\n");
}

export const actorCommands = {
  status,
  scan,
  pause: control(
    "pause",
    "paused",
    "Lets an actor rest: no scan, no further batch.",
  ),
  resume: control("resume", "resumed", "Lets a paused actor go on."),
  restart: control(
    "restart",
    "restarted",
    "Replaces an actor's isolates by new ones.",
  ),
  pending,
  claim,
  replay,
};
