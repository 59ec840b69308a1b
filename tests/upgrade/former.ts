/** The code of the release before this one, as this repository's history has it. */
import { fileURLToPath } from "node:url";
import { run } from "../../dev/command.ts";
import { linkPackages } from "../support/checkout.ts";
import { newPath } from "../support/run_folder.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

async function git(...args: string[]): Promise<string> {
  // A checkout of another account is nobody's to attack here.
  const safe = ["-c", "safe.directory=*", "-C", project];
  const { ok, out } = await run("git", [...safe, ...args]);
  return ok ? out.trim() : "";
}

/**
 * The newest tag of a release before this commit; while there is none, the commit before the one that brought
 * the newest migration of the core, as its upgrade is what can fail. Empty where the history does not reach back.
 */
export async function formerCommit(): Promise<string> {
  const tag = await git(
    "describe",
    "--tags",
    "--abbrev=0",
    "--match=v*",
    "HEAD^",
  );
  if (tag) return tag;
  const added = ["--diff-filter=A", "--first-parent", "-m", "-1"];
  const newest = await git(
    ...["log", ...added, "--format=%H", "--", "db/migrations/"],
  );
  return newest && await git("rev-parse", "--verify", `${newest}^`);
}

/** Puts it into a folder of its own; resolves to its path, which ends with a slash. */
export async function checkOut(commit: string): Promise<string> {
  const folder = await newPath();
  await Deno.mkdir(folder);
  const archive = `${folder}.tar`;
  await git("archive", "--format=tar", `--output=${archive}`, commit);
  const unpacked = await run("tar", ["-xf", archive, "-C", folder]);
  if (!unpacked.ok) throw new Error(unpacked.err);
  await linkPackages(`${folder}/`);
  return `${folder}/`;
}
