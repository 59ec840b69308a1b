/** Loads an actor, in its own isolate and nowhere else, and describes it to the world outside. */
import { z } from "zod";
import type { Actor, Observer } from "./actor.ts";
import { handlesAtOnce } from "./handling.ts";
import {
  type ActorDescription,
  type Description,
  descriptionSchema,
  type ObserverDescription,
  observerSchema,
} from "./protocol.ts";

/** @throws what the module throws, or says what its default export lacks to be the actor of that name */
export async function loadActor(
  module: string,
  name: string,
): Promise<Actor | Observer> {
  const { default: actor } = await import(module) as {
    default?: Actor | Observer;
  };
  if (actor?.name !== name) {
    throw new Error(
      `mod.ts must export an actor named "${name}" as its default, not ${
        actor?.name ?? "nothing"
      }`,
    );
  }
  const parts = "consumes" in actor
    ? ["observe", "history"] as const
    : ["produce", "handle", "history"] as const;
  for (const part of parts) {
    if (
      typeof (actor as unknown as Record<string, unknown>)[part] !== "function"
    ) {
      throw new Error(`mod.ts: "${part}" must be a function`);
    }
  }
  if ("recent" in actor && actor.recent && typeof actor.recent !== "function") {
    throw new Error(`mod.ts: "recent" must be a function, or not be there`);
  }
  const atOnce = handlesAtOnce(actor);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 8) {
    throw new Error(`mod.ts: "handlesAtOnce" must be 1 to 8, not ${atOnce}`);
  }
  describe(actor);
  return actor;
}

/** @throws {Error} that names what of the actor cannot be */
export function describe(actor: Actor): ActorDescription;
export function describe(actor: Actor | Observer): Description;
export function describe(actor: Actor | Observer): Description {
  return "consumes" in actor ? describeObserver(actor) : describeActor(actor);
}

function describeObserver(
  { name, title, description, consumes, permissions }: Observer,
): ObserverDescription {
  const net = permissions?.net;
  const given = { name, title, description, consumes, net };
  return fitting(observerSchema.safeParse(given));
}

function describeActor(actor: Actor): ActorDescription {
  const { name, title, description, schedule, version, permissions } = actor;
  return fitting(descriptionSchema.safeParse({
    name,
    title,
    description,
    schedule,
    market_hours: actor.marketHours ?? false,
    version,
    schema: z.toJSONSchema(actor.schema, { unrepresentable: "any" }),
    net: permissions?.net,
  }));
}

function fitting<T>(described: z.ZodSafeParseResult<T>): T {
  if (described.success) return described.data;
  const issues = described.error.issues.map(({ path, message }) =>
    `${path.join(".")}: ${message}`
  );
  throw new Error(`mod.ts: ${issues.join("; ")}`);
}
