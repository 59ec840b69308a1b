/** `ctl doctor`: looks at everything that people forget, and says what to do. */
import { ConfigError, missingServers, readConfig } from "../config.ts";
import type { ActorStatus } from "../engine/status.ts";
import type { Health } from "../host/health.ts";
import { quotaText } from "./actors.ts";
import type { Storage } from "../db/table_sizes.ts";
import { type Actors, type Api, ProblemError } from "./api.ts";
import { calendarWord } from "./calendar.ts";
import { command } from "./command.ts";
import { daysLeft, freeBytes, size, storageTexts } from "./storage.ts";
import { duration } from "./table.ts";

interface Finding {
  readonly level: "ok" | "warning" | "problem";
  readonly text: string;
}

const ok = (text: string): Finding => ({ level: "ok", text });
const warning = (text: string): Finding => ({ level: "warning", text });
const problem = (text: string): Finding => ({ level: "problem", text });

export const doctor = command({
  words: "",
  summary:
    "Checks configuration, servers, durability, actors, dead letters and the disk.",
  details: "Exits with 1 if it finds a problem; warnings alone do not count.",
  async run(_words, { api, env, answer }) {
    const findings = [
      ...configuration(env),
      ...await instance(api),
      ...await storage(api, env),
    ];
    const lines = findings
      .map(({ level, text }) => `${level.padEnd(7)}  ${text}`);
    answer(findings, lines.join("\n"));
    return findings.every(({ level }) => level !== "problem");
  },
});

/** What the environment of this shell says; the running instance may have been given another. */
function configuration(env: Record<string, string>): Finding[] {
  if (missingServers(env).length === 2) {
    const unseen = "only the running instance is looked at";
    return [ok(`no DATABASE_URL and no REDIS_URL in this shell: ${unseen}`)];
  }
  try {
    readConfig(env);
    return [ok("the configuration of this shell is sound")];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").map(problem);
  }
}

async function instance(api: Api): Promise<Finding[]> {
  const health = await api.ask<Health>("/readyz");
  const { actors, quota } = await api.get<Actors>("/api/actors");
  return [
    {
      ready: ok(`${api.url} is ready`),
      degraded: warning(`${api.url} is degraded: it works, look at it`),
      "not-ready": problem(`${api.url} is not ready`),
    }[health.state],
    ...health.reasons.map(problem),
    ...health.warnings.map(warning),
    ...durability(health),
    ...quota ? [ok(quotaText(quota))] : [],
    ...actors.flatMap(actorFindings),
    ...actors.some(({ schedule }) => schedule.market_hours)
      ? [calendarWord()]
      : [],
    ...sharedRights(actors),
  ];
}

/** Days within which a disk that fills up is worth a warning. */
const soonDays = 30;

async function storage(
  api: Api,
  env: Record<string, string>,
): Promise<Finding[]> {
  const found = await api.get<Storage>("/api/storage").catch((error) => {
    if (!(error instanceof ProblemError)) throw error;
    return error;
  });
  if (found instanceof ProblemError) {
    return [warning(`what the tables take is not known: ${found.message}`)];
  }
  // Of a server elsewhere PostgreSQL does not tell it.
  const free = missingServers(env).includes("DATABASE_URL")
    ? await freeBytes(env.DATA_DIR || ".data")
    : null;
  return [
    ...storageTexts(found).map(ok),
    free === null
      ? ok("how much room its disk has, df tells where PostgreSQL runs")
      : room(free, daysLeft(free, found)),
  ];
}

function room(free: number, days: number | null): Finding {
  const text = `its disk has ${size(free)} left`;
  if (days === null) return ok(text);
  const full = `${text}: full in ${days} days`;
  return days > soonDays ? ok(full) : warning(
    `${full}; RETENTION_DAYS_<ACTOR> and THIN_AFTER_DAYS_<ACTOR> keep less`,
  );
}

function durability({ durability }: Health): Finding[] {
  if (!durability) {
    return [warning("the broker does not tell how durable it is")];
  }
  return [
    ok(`a power cut may lose ${durability.loss_window}`),
    ...durability.warnings.map(warning),
  ];
}

/** As a rule it is the same for all of them. */
function sharedRights(actors: readonly ActorStatus[]): Finding[] {
  const reasons = new Set(actors.map((actor) => actor.shared_rights));
  return [...reasons].map((why) => {
    const names = actors.filter((one) => one.shared_rights === why)
      .map(({ name }) => name).join(", ");
    return why === null
      ? ok(`logins of their own at the servers: ${names}`)
      : warning(`${names} could reach each other's data: ${why}`);
  });
}

function actorFindings(actor: ActorStatus): Finding[] {
  const { name, state, dead_letters, isolates } = actor;
  const bad = state === "failed" || state === "degraded";
  const behind = actor.lag ?? "an unknown number of";
  const look = `${name}: deno task ctl dead-letters --actor ${name}`;
  return [
    bad
      ? problem(`${name} is ${state}`)
      : ok(`${name} is ${state}, ${behind} events behind`),
    ...isolates
      .filter(({ last_error }) => last_error && state !== "running")
      .map((one) => problem(`${one.consumer}: ${one.last_error!.message}`)),
    ...scans(actor),
    ...(dead_letters
      ? [warning(`${dead_letters} dead letters of ${look}`)]
      : []),
  ];
}

function scans({ name, schedule }: ActorStatus): Finding[] {
  const { last_error, waiting, last_scanned, quota } = schedule;
  if (last_error) return []; // one of the warnings
  const stretched = quota ? [warning(quota)] : [];
  if (waiting) return [...stretched, warning(`${name} waits: ${waiting}`)];
  if (!last_scanned) return stretched;
  const ago = duration(Date.now() - Date.parse(last_scanned));
  return [...stretched, ok(`${name} last scanned a symbol ${ago} ago`)];
}
