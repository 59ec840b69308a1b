import { pathToFileURL } from "node:url";

/** A folder with these files below `under`, until it is disposed of. */
export async function temporaryFolder(
  files: Record<string, string>,
  under = "",
): Promise<AsyncDisposable & { url: URL }> {
  const path = await Deno.makeTempDir();
  const url = pathToFileURL(path + "/");
  for (const [name, text] of Object.entries(files)) {
    const file = new URL(under + name, url);
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return {
    url,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
