/** Processes of the chaos test, and what is done to them. */
import { endWithThisProcess, runFolder } from "../support/run_folder.ts";

/** Ends with this process, whatever ends it, until `forget`. */
export const watchOver = endWithThisProcess;

/** It has ended: its id may soon be another's. */
export async function forget(pid: number): Promise<void> {
  await Deno.remove(`${await runFolder()}/pids/${pid}`).catch(() => {});
}

/** True if there was such a process. */
export function signal(pid: number, name: Deno.Signal): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Stops processes and lets them go on after `ms`. A shell does it: nothing stays frozen if this process
 * dies meanwhile.
 */
export async function freeze(
  pids: readonly number[],
  ms: number,
): Promise<void> {
  const script = 's=$1; shift; kill -STOP "$@"; sleep "$s"; kill -CONT "$@"';
  await new Deno.Command("sh", {
    args: ["-c", script, "sh", String(ms / 1_000), ...pids.map(String)],
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
}

/** The processes that `parent` has started, from /proc. */
export async function childrenOf(parent: number): Promise<number[]> {
  const children: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    // After the command, which may hold anything but ends with the last parenthesis: state, parent.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[1]) === parent) children.push(Number(name));
  }
  return children;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
