/**
 * How arrays are written and read. postgres.js asks the server for the types of arrays when a connection
 * opens, and where Deno hands it two answers in one breath, the first statement goes out before it has heard:
 * its arrays are then refused as malformed. So those that are used here are known from the start.
 */
import type { PostgresType } from "postgres";
import { parse } from "postgres-array";

const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;

function elementOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return literalOf(value);
  if (value instanceof Date) return quoted(value.toISOString());
  if (typeof value === "object") return quoted(JSON.stringify(value));
  return quoted(String(value));
}

/** Text is taken to be such a literal already. */
function literalOf(values: unknown): string {
  return Array.isArray(values)
    ? `{${values.map(elementOf).join()}}`
    : String(values);
}

function arraysOf<T>(
  types: readonly number[],
  element: (text: string) => T,
): PostgresType {
  return {
    to: types[0]!,
    from: [...types],
    serialize: literalOf,
    parse: (text: string) => parse(text, element),
  };
}

/** By the numbers that PostgreSQL has given their types for good (`pg_type.dat`). */
export const arrayTypes = {
  /** text, varchar, uuid, and what a number would lose digits of: bigint, numeric. */
  texts: arraysOf([1009, 1015, 2951, 1016, 1231], String),
  /** int4, int2, float4, float8. */
  numbers: arraysOf([1007, 1005, 1021, 1022], Number),
  booleans: arraysOf([1000], (text) => text === "t"),
  /** timestamptz, timestamp, date. */
  instants: arraysOf([1185, 1115, 1182], (text) => new Date(text)),
  /** jsonb, json. */
  documents: arraysOf([3807, 199], (text) => JSON.parse(text) as unknown),
};
