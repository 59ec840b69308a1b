/** The actors of this host: how they are, and what they are told to do. */
import { z } from "zod";
import type { ActorDescription } from "../engine/protocol.ts";
import {
  type ActorStatus,
  actorStatusSchema,
  brokenActorSchema,
  quotaSchema,
} from "../engine/status.ts";
import {
  historySchema,
  type Range,
  rangeNames,
  windowOf,
} from "../host/pipeline.ts";
import type { Catalog, Services } from "../host/services.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<
  Pick<Services, "catalog" | "status" | "commands" | "pipeline">
>();

/** A POST that does something to an actor, and answers with how it is then. */
function command(act: "pause" | "resume" | "restart", summary: string) {
  return endpoint("POST", `/api/actors/{name}/${act}`, {
    summary,
    answers: { 200: actorStatusSchema },
    problems: ["refused"],
  }, async ({ services, params }) => {
    const name = findAny(services.catalog, params.name);
    await services.commands[act](name);
    return reply(200, await findStatus(services, name));
  });
}

export const actors = [
  endpoint("GET", "/api/actors", {
    summary: "Every actor of this host, with its isolates, schedule and lag",
    answers: {
      200: z.object({
        actors: z.array(actorStatusSchema),
        broken: z.array(brokenActorSchema).readonly(),
        quota: quotaSchema.nullable()
          .describe("Null for a market without a limit, or while unknown"),
      }),
    },
  }, async ({ services: { status, catalog: { broken } } }) => {
    const [actors, quota] = await Promise.all([
      status.actors(),
      status.quota(),
    ]);
    return reply(200, { actors, broken, quota });
  }),

  endpoint("GET", "/api/actors/{name}", {
    summary: "One actor of this host",
    answers: { 200: actorStatusSchema },
  }, async ({ services, params }) => {
    return reply(200, await findStatus(services, params.name));
  }),

  endpoint("GET", "/api/actors/{name}/history", {
    summary: "How an actor has fared, over all hosts, step by step",
    description:
      "An hour by minutes, a day by quarters of an hour, a week by " +
      "hours. Counts are added up, of lag and pending the largest count.",
    query: z.strictObject({
      range: z.enum(rangeNames).default("1h").meta({ example: "24h" }),
    }),
    answers: { 200: historySchema },
  }, async ({ services: { catalog, pipeline }, params, query: { range } }) => {
    const actor = findAny(catalog, params.name);
    const known = (await pipeline.history(range)).get(actor);
    return reply(200, known ?? nothingOf(actor, range));
  }),

  command(
    "pause",
    "Pauses an actor: no scan and no further batch until resumed",
  ),
  command("resume", "Lets a paused actor go on"),
  command("restart", "Replaces an actor's isolates by new ones"),
];

function nothingOf(actor: string, range: Range) {
  const { from, to, stepMs } = windowOf(range, Date.now());
  const [begin, end] = [from.toISOString(), to.toISOString()];
  return { actor, range, from: begin, to: end, step_ms: stepMs, points: [] };
}

/** @throws {ProblemError} `unknown-signal`, with the names that there are. */
export function findActor(
  { actors, broken }: Pick<Catalog, "actors" | "broken">,
  name: string,
): ActorDescription {
  const actor = actors.get(name);
  if (actor) return actor;
  const error = broken.find((one) => one.name === name)?.error;
  const names = [...actors.keys()].join(", ") || "none";
  const detail = error === undefined
    ? `There is no signal "${name}"; there are: ${names}`
    : `The signal "${name}" could not be loaded: ${error}`;
  throw new ProblemError("unknown-signal", detail);
}

/** The name of an actor or of an observer. @throws {ProblemError} `unknown-signal` */
export function findAny(catalog: Catalog, name: string): string {
  return catalog.observers.has(name) ? name : findActor(catalog, name).name;
}

/** The status of an actor on this host. */
export async function findStatus(
  { catalog, status }: Pick<Services, "catalog" | "status">,
  name: string,
): Promise<ActorStatus> {
  findAny(catalog, name);
  const found = (await status.actors()).find((one) => one.name === name);
  if (found) return found;
  const detail = `The actor "${name}" does not run on this host`;
  throw new ProblemError("unknown-signal", detail);
}
