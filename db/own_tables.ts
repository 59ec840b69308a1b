/** Which tables an actor's schema files make: those are the ones that its isolate may use. */
import { readFolder } from "./migrate.ts";

const name = String.raw`(?:public\.)?(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))`;
const made = new RegExp(
  String
    .raw`\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|foreign\s+|materialized\s+)*` +
    String.raw`(?:table|view)\s+(?:if\s+not\s+exists\s+)?${name}`,
  "gi",
);
const renamed = new RegExp(
  String
    .raw`\balter\s+(?:table|view)\s[^;]*?\brename\s+to\s+${name}`,
  "gi",
);

/** In the order in which they are made. @param dir the folder, which ends with a slash */
export async function ownTables(scope: string, dir: URL): Promise<string[]> {
  const files = await readFolder(scope, dir);
  return tablesIn(files.map(({ text }) => text).join("\n"));
}

/** Also those that another statement drops: nobody misses a right on what is not there. */
export function tablesIn(sql: string): string[] {
  const code = sql.replace(/'(?:[^']|'')*'|--.*$|\/\*[^]*?\*\//gm, " ");
  const found = [made, renamed].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, exact, plain]) =>
      exact?.replaceAll('""', '"') ?? plain!.toLowerCase()
    )
  );
  return [...new Set(found)];
}
