/**
 * The system under test: a copy of the project with one more actor, and a defect if one is asked for.
 * A copy, because the application may read nothing outside its own folder.
 */
import { run } from "../../dev/command.ts";
import type { Change } from "./mutants.ts";

const project = new URL("../../", import.meta.url);
const leftOut = new Set(["node_modules", "dist", "coverage", "tests"]);

/** Makes it in `folder`, which must not be there yet; resolves to the path of the copy. */
export async function copyProject(
  folder: string,
  change?: Change,
): Promise<string> {
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(project)) {
    if (leftOut.has(name) || name.startsWith(".")) continue;
    await must("cp", ["-R", `${project.pathname}${name}`, `${folder}/`]);
  }
  await linkPackages(folder);
  await addActor(`${folder}/actors/chaos`);
  if (change) await apply(folder, change);
  // Otherwise each start of a host would bundle the islands.
  const build = ["run", "--no-prompt", "-P=build", "web/build.ts"];
  await must(Deno.execPath(), build, folder);
  return folder;
}

/** 100 MB that nobody writes to: linked, where both folders are on one file system. */
async function linkPackages(folder: string): Promise<void> {
  const packages = `${project.pathname}node_modules`;
  const linked = await run("cp", ["-al", packages, `${folder}/`]);
  if (!linked.ok) await must("cp", ["-a", packages, `${folder}/`]);
}

async function addActor(folder: string): Promise<void> {
  const source = new URL("actor/", import.meta.url);
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(source)) {
    const text = await Deno.readTextFile(new URL(name, source));
    // One folder less deep.
    const moved = text.replaceAll('"../../../', '"../../');
    await Deno.writeTextFile(`${folder}/${name}`, moved);
  }
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
