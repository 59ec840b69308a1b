/** How the names of files in routes/ say which paths they answer. */

/**
 * The URLPattern pathname of a file of routes/, without its ending: `index` is `/`, `rooms/[id]` is
 * `/rooms/:id`, `[[id]]` may be missing, `[...rest]` takes whatever follows, `(group)` is left out.
 */
export function patternOf(path: string): string {
  const parts = path.split("/");
  if (parts.at(-1) === "index") parts.pop();
  const pattern = parts.map((part) => patternOfPart(part, path)).join("");
  return pattern === "" ? "/" : pattern;
}

function patternOfPart(part: string, path: string): string {
  if (/^\(.*\)$/.test(part)) return "";
  const rest = /^\[\.\.\.(\w+)\]$/.exec(part);
  if (rest) return `/:${rest[1]}*`;
  const optional = /^\[\[(\w+)\]\]$/.exec(part);
  if (optional) return `{/:${optional[1]}}?`;
  const pattern = part.replaceAll(/\[(\w+)\](?!\[)/g, ":$1");
  if (/[[\]]/.test(pattern)) {
    throw new SyntaxError(
      `routes/${path}: "${part}" is not a name for a route; write [name], [[name]] or [...name]`,
    );
  }
  return `/${pattern}`;
}

/** Sorts the more exact pattern first: literal parts, then `:name`, then optional ones, then the rest. */
export function byPrecision(a: string, b: string): number {
  const [left, right] = [ranks(a), ranks(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One number a part of the pattern; where one pattern ends, the other goes on and is less exact. */
function ranks(pattern: string): number[] {
  return pattern.replaceAll("{/", "/{").split("/").slice(1).map((part) =>
    part.endsWith("*")
      ? 4
      : part.endsWith("}?")
      ? 3
      : part.includes(":")
      ? 2
      : 1
  );
}
