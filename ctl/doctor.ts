/** `ctl doctor`: looks at everything that people forget, and says what to do. */
import type { z } from "zod";
import type { actorSchema, healthSchema } from "../api/answers.ts";
import { ConfigError, readConfig } from "../config.ts";
import type { Api } from "./api.ts";
import type { Command } from "./commands.ts";
import { duration } from "./table.ts";

type Actor = z.infer<typeof actorSchema>;
type Health = z.infer<typeof healthSchema>;

interface Finding {
  readonly level: "ok" | "warning" | "problem";
  readonly text: string;
}

const ok = (text: string): Finding => ({ level: "ok", text });
const warning = (text: string): Finding => ({ level: "warning", text });
const problem = (text: string): Finding => ({ level: "problem", text });

export const doctor: Command = {
  usage: "doctor",
  summary:
    "Checks configuration, servers, durability, actors and dead letters.",
  details: "Exits with 1 if it finds a problem; warnings alone do not count.",
  async run(_words, { api, flags, print }) {
    const findings = [...configuration(), ...await instance(api)];
    if (flags.json) print(JSON.stringify(findings, null, 2));
    else {for (const { level, text } of findings) {
        print(`${level.padEnd(7)}  ${text}`);
      }}
    return findings.every(({ level }) => level !== "problem");
  },
};

/** What the environment of this shell says; the running instance may have been given another. */
function configuration(): Finding[] {
  const env = Deno.env.toObject();
  if (!env.DATABASE_URL && !env.REDIS_URL) {
    return [
      ok(
        "no DATABASE_URL and no REDIS_URL here: the private servers of deno task dev are used",
      ),
    ];
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
  const { actors, broken } = await api.get<
    { actors: Actor[]; broken: { name: string; error: string }[] }
  >(
    "/api/actors",
  );
  return [
    health.ready
      ? ok(`${api.url} is ready`)
      : problem(`${api.url} is not ready`),
    ...health.reasons.map(problem),
    ...durability(health),
    ...broken.map(({ name, error }) =>
      problem(`actors/${name} cannot be loaded: ${error}`)
    ),
    ...actors.flatMap(actorFindings),
  ];
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

function actorFindings(actor: Actor): Finding[] {
  const { name, state, schedule, dead_letters, isolates } = actor;
  const findings: Finding[] = [];
  if (state === "failed" || state === "degraded") {
    findings.push(problem(`${name} is ${state}`));
  } else {findings.push(
      ok(
        `${name} is ${state}, ${
          actor.lag ?? "an unknown number of"
        } events behind`,
      ),
    );}
  for (const { consumer, last_error } of isolates) {
    if (last_error && state !== "running") {
      findings.push(problem(`${consumer}: ${last_error.message}`));
    }
  }
  if (schedule.last_error) {
    findings.push(
      problem(`the last scan of ${name} failed: ${schedule.last_error}`),
    );
  } else if (schedule.waiting) {
    findings.push(warning(`${name} waits: ${schedule.waiting}`));
  } else if (schedule.last_completed) {
    const ago = duration(Date.now() - Date.parse(schedule.last_completed));
    findings.push(ok(`${name} has completed its slot of ${ago} ago`));
  }
  if (dead_letters) {
    findings.push(
      warning(
        `${dead_letters} dead letters of ${name}: deno task ctl dead-letters --actor ${name}`,
      ),
    );
  }
  return findings;
}
