/** A copy of this project, to which a test may add a signal, or in which it may break something. */
import { fileURLToPath } from "node:url";
import { run } from "../../dev/command.ts";
import { newPath } from "./run_folder.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const leftOut = new Set(["node_modules", "dist", "coverage", "tests"]);

/**
 * Copies what runs, without data and tests, into `folder`, which must not be there yet; one that goes
 * with the test process unless told. Resolves to its path, which ends with a slash.
 */
export async function copyProject(folder?: string): Promise<string> {
  const target = folder ?? await newPath();
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(project)) {
    if (name.startsWith(".") || leftOut.has(name)) continue;
    await copy(["-R", `${project}${name}`, `${target}/`]);
  }
  await linkPackages(`${target}/`);
  return `${target}/`;
}

/** 100 MB that nobody writes to: linked, where both folders are on one file system. */
export async function linkPackages(target: string): Promise<void> {
  const packages = `${project}node_modules`;
  const linked = await run("cp", ["-al", packages, target]);
  if (linked.ok) return;
  await Deno.remove(`${target}node_modules`, { recursive: true })
    .catch(() => {});
  await copy(["-a", packages, target]);
}

async function copy(args: readonly string[]): Promise<void> {
  const { ok, err } = await run("cp", args);
  if (!ok) throw new Error(`cp ${args.join(" ")}: ${err}`);
}

/** Adds the actor `chaos`, whose events tell it what to do to its isolate, to such a copy. */
export async function addChaosActor(root: string): Promise<void> {
  const source = new URL("../chaos/actor/", import.meta.url);
  const target = `${root}actors/chaos`;
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(source)) {
    const text = await Deno.readTextFile(new URL(name, source));
    // One folder less deep.
    const moved = text.replaceAll('"../../../', '"../../');
    await Deno.writeTextFile(`${target}/${name}`, moved);
  }
}
