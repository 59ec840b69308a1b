/** A copy of this project, to which a test may add a signal, or in which it may break something. */
import { run } from "../dev/command.ts";
import { runFolder } from "./run_folder.ts";

const project = new URL("..", import.meta.url);

/** Copies the tree without its data; ends with a slash. Dependencies are hard links, so it is quick. */
export async function copyProject(): Promise<string> {
  const target = `${await runFolder()}/checkout-${crypto.randomUUID()}/`;
  await Deno.mkdir(target);
  for await (const entry of Deno.readDir(project)) {
    if (
      entry.name.startsWith(".") || ["dist", "coverage"].includes(entry.name)
    ) continue;
    const how = entry.name === "node_modules" ? "-al" : "-R";
    const copied = await run("cp", [
      how,
      new URL(entry.name, project).pathname,
      target,
    ]);
    if (!copied.ok) throw new Error(copied.err);
  }
  return target;
}
