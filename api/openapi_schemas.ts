/** The schemas of an OpenAPI document, each named one told once and referred to. */
import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

export interface SchemaBook {
  readonly schemas: Record<string, JsonSchema>;
  /** The JSON Schema of a zod schema; what has an id in it goes into the book. */
  of(schema: z.ZodType): JsonSchema;
  add(name: string, schema: JsonSchema): void;
}

export function schemaBook(): SchemaBook {
  const schemas: Record<string, JsonSchema> = {};

  function add(name: string, schema: JsonSchema): void {
    schemas[name] = inBook(schema);
  }

  /** Definitions move into the book, and references with them. */
  function inBook({ $schema: _, $defs = {}, ...rest }: JsonSchema): JsonSchema {
    for (
      const [name, { id: _, ...schema }] of Object.entries($defs as object)
    ) {
      schemas[name] = redirect(schema);
    }
    return redirect(rest);
  }

  return {
    schemas,
    add,
    // As input: a client may meet fields that a later version adds.
    of: (schema) =>
      inBook(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })),
  };
}

function redirect(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema),
    (key, value) =>
      key === "$ref" && typeof value === "string"
        ? value.replace(/^#\/\$defs\//, "#/components/schemas/")
        : value,
  );
}
