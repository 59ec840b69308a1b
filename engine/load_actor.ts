/** Loads an actor, in its own isolate and nowhere else, and describes it to the world outside. */
import { z } from "zod";
import type { Actor } from "./actor.ts";
import { type ActorDescription, descriptionSchema } from "./protocol.ts";

/** @throws what the module throws, or says what its default export lacks to be the actor of that name */
export async function loadActor(module: string, name: string): Promise<Actor> {
  const { default: actor } = await import(module) as { default?: Actor };
  if (actor?.name !== name) {
    throw new Error(
      `mod.ts must export an actor named "${name}" as its default, not ${
        actor?.name ?? "nothing"
      }`,
    );
  }
  for (const part of ["produce", "handle", "history"] as const) {
    if (typeof actor[part] !== "function") {
      throw new Error(`mod.ts: "${part}" must be a function`);
    }
  }
  if (actor.recent && typeof actor.recent !== "function") {
    throw new Error(`mod.ts: "recent" must be a function, or not be there`);
  }
  describe(actor);
  return actor;
}

/** @throws {Error} that names what of the actor cannot be */
export function describe(actor: Actor): ActorDescription {
  const { name, title, description, schedule, version, permissions } = actor;
  const described = descriptionSchema.safeParse({
    name,
    title,
    description,
    schedule,
    market_hours: actor.marketHours ?? false,
    version,
    schema: z.toJSONSchema(actor.schema, { unrepresentable: "any" }),
    net: permissions?.net,
  });
  if (described.success) return described.data;
  const issues = described.error.issues.map(({ path, message }) =>
    `${path.join(".")}: ${message}`
  );
  throw new Error(`mod.ts: ${issues.join("; ")}`);
}
