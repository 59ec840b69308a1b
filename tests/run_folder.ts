/** The folder of this test process, and what must not outlive it. */
import { run } from "../dev/command.ts";

const folder = `/var/tmp/signalbox-tests-${Deno.pid}`;
let ready: Promise<string> | undefined;

/** Removed, with the servers noted in it, when this process ends. Shared by all its test files. */
export function runFolder(): Promise<string> {
  return ready ??= prepare();
}

/** Ends that process when this one has ended, even by SIGKILL. */
export async function endWithThisProcess(pid: number): Promise<void> {
  await Deno.writeTextFile(`${await runFolder()}/pids/${pid}`, "");
}

/**
 * A small shell process waits for the end of this one: nothing inside this process would run after
 * SIGKILL. It is started by a shell that ends at once, so that it is no child of a test.
 */
const watch = `
( while kill -0 "$1"; do sleep 0.3; done
  for pid in $(ls "$0/pids"); do kill -INT "$pid"; done
  sleep 1
  for pid in $(ls "$0/pids"); do kill -KILL "$pid"; done
  rm -rf "$0"
) >/dev/null 2>&1 </dev/null &`;

async function prepare(): Promise<string> {
  const first = await Deno.mkdir(folder, { mode: 0o755 })
    .then(() => true, () => false);
  if (!first) return await untilReady();
  await Deno.mkdir(`${folder}/pids`);
  const args = ["-c", watch, folder, String(Deno.pid)];
  const watching = await run("sh", args, { detached: true });
  if (!watching.ok) throw new Error(`cannot watch over ${folder}`);
  await Deno.writeTextFile(`${folder}/ready`, "");
  return folder;
}

/** Another test file of this process prepares it. */
async function untilReady(): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    if (await Deno.stat(`${folder}/ready`).catch(() => null)) return folder;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${folder} is left from another test run: remove it`);
}
