/** Commands about actors. */
import type { z } from "zod";
import type { actorSchema } from "../api/answers.ts";
import type { ScanResult } from "../host/services.ts";
import type { Command, Options } from "./commands.ts";
import { duration, table } from "./table.ts";
import { UsageError } from "./usage.ts";

type Actor = z.infer<typeof actorSchema>;

export const status: Command = {
  usage: "status [actor]",
  summary: "Actors and their isolates, lag, pending entries and schedules.",
  details:
    "Exits with 1 if an actor is degraded or has failed, or a folder holds no working actor.",
  async run([name], { api, flags, print }) {
    const { actors, broken } = await api.get<
      { actors: Actor[]; broken: { name: string; error: string }[] }
    >(
      "/api/actors",
    );
    const chosen = name
      ? actors.filter((actor) => actor.name === name)
      : actors;
    if (name && !chosen.length) {
      throw new UsageError(`there is no actor "${name}"`);
    }
    if (flags.json) print(JSON.stringify({ actors: chosen, broken }, null, 2));
    else {
      print(overview(chosen));
      for (const { name, error } of broken) {
        print(`\n${name} cannot be loaded: ${error}`);
      }
      for (const actor of name ? chosen : []) print(`\n${isolates(actor)}`);
    }
    return !broken.length &&
      chosen.every(({ state }) => state === "running" || state === "paused");
  },
};

function overview(actors: readonly Actor[]): string {
  return table(actors, [
    { heading: "ACTOR", cell: (a) => a.name },
    { heading: "STATE", cell: (a) => a.state },
    { heading: "LAG", cell: (a) => a.lag, right: true },
    { heading: "PENDING", cell: (a) => a.pending, right: true },
    { heading: "DEAD", cell: (a) => a.dead_letters, right: true },
    { heading: "STREAM", cell: (a) => a.depth, right: true },
    {
      heading: "RESTARTS",
      cell: (a) => a.isolates.reduce((sum, i) => sum + i.restarts, 0),
      right: true,
    },
    { heading: "LAST READ", cell: (a) => duration(oldest(a)), right: true },
    {
      heading: "NEXT SCAN",
      cell: (a) =>
        a.schedule.waiting ?? (a.schedule.next && until(a.schedule.next)),
    },
  ]);
}

function isolates({ isolates }: Actor): string {
  return table(isolates, [
    { heading: "CONSUMER", cell: (i) => i.consumer },
    { heading: "STATE", cell: (i) => i.state },
    { heading: "UPTIME", cell: (i) => duration(i.uptime_ms), right: true },
    { heading: "HANDLED", cell: (i) => i.handled, right: true },
    { heading: "RESTARTS", cell: (i) => i.restarts, right: true },
    {
      heading: "LAST ERROR",
      cell: (i) =>
        i.last_error && `${i.last_error.message} (${i.last_error.at})`,
    },
  ]);
}

function oldest({ isolates }: Actor): number | null {
  const ages = isolates.map((isolate) => isolate.last_read_age_ms).filter((
    age,
  ) => age !== null);
  return ages.length ? Math.max(...ages) : null;
}

function until(time: string): string {
  return `in ${duration(Math.max(0, Date.parse(time) - Date.now()))}`;
}

export const scan: Command = {
  usage: "scan <signal> [--symbol S]…",
  summary: "Scans the watchlist now, out of schedule.",
  async run([signal], { api, flags, print, note }) {
    const name = required(signal, "scan needs a signal");
    note(`scanning ${name} …`);
    const body = flags.symbol ? { symbols: flags.symbol } : {};
    const result = await api.post<ScanResult>(
      `/api/signals/${name}/scan`,
      body,
    );
    const failed = Object.entries(result.failed);
    if (flags.json) print(JSON.stringify(result, null, 2));
    else {
      print(`${result.published} events published`);
      for (const [symbol, why] of failed) print(`${symbol} failed: ${why}`);
    }
    return failed.length === 0;
  },
};

export const pause = control(
  "pause",
  "Lets an actor rest: no scan, no further batch.",
  "paused",
);
export const resume = control(
  "resume",
  "Lets a paused actor go on.",
  "resumed",
);
export const restart = control(
  "restart",
  "Replaces an actor's isolates by new ones.",
  "restarted",
);

function control(verb: string, summary: string, done: string): Command {
  return {
    usage: `${verb} <actor>`,
    summary,
    async run([actor], { api, flags, print }: Options) {
      const name = required(actor, `${verb} needs an actor`);
      const answer = await api.post(`/api/actors/${name}/${verb}`);
      print(
        flags.json ? JSON.stringify(answer ?? {}, null, 2) : `${name} ${done}`,
      );
      return true;
    },
  };
}

/** @throws {UsageError} */
export function required(word: string | undefined, complaint: string): string {
  if (!word) throw new UsageError(complaint);
  return encodeURIComponent(word);
}
