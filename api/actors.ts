/** The actors of this host: how they are, and what they are told to do. */
import { z } from "zod";
import type { ActorDescription } from "../engine/protocol.ts";
import {
  type ActorStatus,
  actorStatusSchema,
  brokenActorSchema,
  quotaSchema,
} from "../engine/status.ts";
import type { Catalog, Services } from "../host/services.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<
  Pick<Services, "catalog" | "status" | "commands">
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

  command(
    "pause",
    "Pauses an actor: no scan and no further batch until resumed",
  ),
  command("resume", "Lets a paused actor go on"),
  command("restart", "Replaces an actor's isolates by new ones"),
];

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
