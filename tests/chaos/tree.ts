/**
 * The system under test: a copy of the project with one more actor, and a defect if one is asked for.
 * A copy, because the application may read nothing outside its own folder.
 */
import { run, taskCommand } from "../../dev/command.ts";
import { addChaosActor, copyProject } from "../support/checkout.ts";
import type { Change } from "./mutants.ts";

/** Makes it in `folder`, which must not be there yet; resolves to the path of the copy. */
export async function makeTree(
  folder: string,
  change?: Change,
): Promise<string> {
  const root = await copyProject(folder);
  await addChaosActor(root);
  if (change) await apply(folder, change);
  // Otherwise each start of a host would bundle the islands.
  const [program, ...args] = taskCommand("build");
  await must(program!, args, folder);
  return folder;
}

async function apply(folder: string, { file, from, to }: Change) {
  const path = `${folder}/${file}`;
  const text = await Deno.readTextFile(path);
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `${file} has ${parts.length - 1} places that read "${from}": ` +
        "the mutant needs exactly one; bring mutants.ts up to date",
    );
  }
  await Deno.writeTextFile(path, parts.join(to));
}

async function must(
  command: string,
  args: readonly string[],
  cwd = "/",
): Promise<void> {
  const { ok, out, err } = await run(command, args, { cwd });
  if (!ok) throw new Error(`${command} ${args.join(" ")}: ${err}\n${out}`);
}
