/** The shape of a signal's data, as programs outside read it. */
import { z } from "zod";
import type { Actor } from "../engine/actor.ts";

/** The JSON Schema of an actor's data, as it is stored. */
export function dataSchema(actor: Actor): Record<string, unknown> {
  return z.toJSONSchema(actor.schema, { unrepresentable: "any" });
}

/** The fields of a signal's rows, in order: symbol, at, and those of its data. */
export function columnsOf(
  actor: Actor,
  rows: readonly Readonly<Record<string, unknown>>[],
): string[] {
  const fields = Object.keys(dataSchema(actor).properties ?? {});
  // A schema that is no plain object has no list of fields; the rows have.
  const found = rows.flatMap((row) => Object.keys(row));
  return [...new Set(["symbol", "at", ...fields, ...found])];
}
