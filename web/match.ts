/** Finds the route of a path, or the folder in which a path leads nowhere. */
import { patternOf } from "./patterns.ts";
import type { Folder, Route, Routes } from "./routes.ts";

export interface Match<State> {
  /** Null where no route answers; the folder's middleware still runs. */
  readonly route: Route<State> | null;
  readonly folder: Folder<State>;
  readonly params: Record<string, string>;
}

/** Makes the matcher of an application: plain paths by a map, the others in order of precision. */
export function matcher<State>(
  { routes, folders }: Routes<State>,
): (path: string) => Match<State> {
  const plain = new Map<string, Route<State>>();
  const patterns: { route: Route<State>; pattern: URLPattern }[] = [];
  for (const route of routes) {
    const pathname = route.pattern;
    if (/[*:{}+?()]/.test(pathname)) {
      patterns.push({ route, pattern: new URLPattern({ pathname }) });
    } else plain.set(pathname, route);
  }
  const nowhere = folderMatcher(folders);
  return (path) => {
    const known = plain.get(path);
    if (known) return { route: known, folder: known.folder, params: {} };
    for (const { route, pattern } of patterns) {
      const found = pattern.exec({ pathname: path });
      if (!found) continue;
      const params = decoded(found.pathname.groups);
      return { route, folder: route.folder, params };
    }
    return { route: null, folder: nowhere(path), params: {} };
  };
}

/** The innermost folder that a path points into; (groups) have no path of their own. */
function folderMatcher<State>(
  folders: readonly Folder<State>[],
): (path: string) => Folder<State> {
  const root: Folder<State> = folders.find(({ parent }) => !parent) ??
    { path: "", parent: null, middleware: [] };
  const inner = folders
    .filter(({ path }) => path !== "" && !/(?:^|\/)\([^/]*\)$/.test(path))
    .map((folder) => ({
      folder,
      pattern: new URLPattern({ pathname: `${patternOf(folder.path)}{/*}?` }),
      depth: folder.path.split("/").length,
    }))
    .sort((a, b) => b.depth - a.depth);
  return (pathname) =>
    inner.find(({ pattern }) => pattern.test({ pathname }))?.folder ?? root;
}

function decoded(
  groups: Record<string, string | undefined>,
): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(groups)) {
    if (value === undefined) continue;
    params[name] = decodedText(value);
  }
  return params;
}

/** What is not URL-encoded text stays as it is: no name is written so, and the route will not find it. */
function decodedText(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
