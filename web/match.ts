/** How the names of files in routes/ say which paths they answer, and which of them answers a path. */

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

/** The kinds of a part of a pattern, the more exact first. */
const kinds = [
  /^[^:]*$/, // rooms
  /^[^:{][^:]*:/, // room-:id
  /^:\w+[^\w*?]/, // :id.xml
  /^:\w+$/, // :id
  /^\{:\w+\}\?$/, // {/:id}?
  /^:\w+\*$/, // :rest*
];

/** Sorts the more exact pattern first, part by part; where one ends, the other is less exact. */
export function byPrecision(a: string, b: string): number {
  const [left, right] = [ranks(a), ranks(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function ranks(pattern: string): number[] {
  const parts = pattern.replaceAll("{/", "/{").split("/").slice(1);
  return parts.map((part) => kinds.findIndex((kind) => kind.test(part)));
}

export interface Match<Route> {
  readonly route: Route;
  readonly params: Record<string, string>;
}

/** Finds the route of a path, of routes in order of precision: plain paths by a map, others one by one. */
export function matcher<Route extends { readonly pattern: string }>(
  routes: readonly Route[],
): (path: string) => Match<Route> | null {
  const plain = new Map<string, Route>();
  const patterns: { route: Route; pattern: URLPattern }[] = [];
  for (const route of routes) {
    const pathname = route.pattern;
    if (!/[*:{}+?()]/.test(pathname)) plain.set(pathname, route);
    else patterns.push({ route, pattern: new URLPattern({ pathname }) });
  }
  return (path) => {
    const known = plain.get(path);
    if (known) return { route: known, params: {} };
    for (const { route, pattern } of patterns) {
      const found = pattern.exec({ pathname: path });
      if (found) return { route, params: paramsOf(found.pathname.groups) };
    }
    return null;
  };
}

function paramsOf(
  groups: Record<string, string | undefined>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name, decoded(value ?? "")]),
  );
}

/** What is not URL-encoded text stays as it is: no name is written so, and the route will not find it. */
function decoded(value: string): string {
  try {
    return decodeURI(value);
  } catch {
    return value;
  }
}
