/** The names of the program in the API's one spelling: `lastError` becomes `last_error`. */

/** `lastError` to `last_error`, as a type. */
type SnakeKey<K> = K extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First> ? `${First}${SnakeKey<Rest>}`
  : `_${Lowercase<First>}${SnakeKey<Rest>}`
  : K;

export type Snake<T> = T extends readonly (infer Item)[] ? Snake<Item>[]
  : T extends object ? { [K in keyof T as SnakeKey<K>]: Snake<T[K]> }
  : T;

/** Renames the keys of plain values, all the way down. Not for keys that are data, such as symbols. */
export function snake<T>(value: T): Snake<T> {
  return rename(value) as Snake<T>;
}

function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map((
    [key, inner],
  ) => [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), rename(inner)]);
  return Object.fromEntries(entries);
}
