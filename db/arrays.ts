/**
 * How arrays are written and read. postgres.js would ask the server for the types of arrays whenever a
 * connection opens, and nobody could catch that question's failure: a connection that was lost just then ended
 * the process. So those that PostgreSQL brings are known from the start, and those of a database are asked for
 * before its first connection.
 */
import type { PostgresType, Sql } from "postgres";
import { parse } from "postgres-array";

const special = /["\\]/;

/** Hardly any has to be escaped, and to look is less than to replace nothing. */
const quoted = (text: string) =>
  `"${special.test(text) ? text.replace(/["\\]/g, "\\$&") : text}"`;

type Serialize = (value: unknown) => string;

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Text is taken to be such a literal already. */
function literalOf(values: unknown, serialize: Serialize = textOf): string {
  if (!Array.isArray(values)) return String(values);
  const elements = values.map((value) => {
    if (value === null || value === undefined) return "null";
    if (Array.isArray(value)) return literalOf(value, serialize);
    return quoted(serialize(value));
  });
  return `{${elements.join()}}`;
}

function arraysOf<T>(
  types: readonly number[],
  element: (text: string) => T,
): PostgresType {
  return {
    to: types[0]!,
    from: [...types],
    serialize: (values: unknown) => literalOf(values),
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

/** The numbers of a type and of its arrays. */
export interface ArrayType {
  readonly element: number;
  readonly array: number;
}

/** Those that a database has, enumerations and domains of its own among them. */
export async function arraysIn(sql: Sql): Promise<readonly ArrayType[]> {
  return await sql<ArrayType[]>`
    select oid as element, typarray as array from pg_type
    where typarray <> 0 and typtype <> 'c'`;
}

/** What a pool of postgres.js goes by. */
export interface KnownTypes {
  readonly parsers: Record<number, (text: string) => unknown>;
  readonly serializers: Record<number, Serialize>;
  readonly shared: { readonly typeArrayMap: Record<number, number> };
}

/** Lets a pool read and write these as well. */
export function learnArrays(
  { parsers, serializers, shared }: KnownTypes,
  types: readonly ArrayType[],
): void {
  for (const { element, array } of types) {
    shared.typeArrayMap[element] = array;
    parsers[array] ??= (text) => parse(text, parsers[element] ?? String);
    serializers[array] ??= (values) => literalOf(values, serializers[element]);
  }
}
