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
 * SIGKILL. It is started by a shell that ends at once, so that it is no child of a test. Besides the
 * noted processes it ends the servers of all folders in here. Ids are given out anew within minutes,
 * so only processes that were started on a folder in here are ended.
 */
const watch = `
folder=$0
ours() {
  { cat "/proc/$1/cmdline" 2>/dev/null || ps -o args= -p "$1"; } |
    grep -aqF "$folder/"
}
noted() {
  ls "$folder/pids"
  find "$folder" -name pid -o -name application.pid -o -name postmaster.pid |
    while read -r file; do head -n 1 "$file"; done
}
end() { for pid in $(noted); do ours "$pid" && kill "$1" "$pid"; done; }
( while kill -0 "$1"; do sleep 0.3; done
  end -INT
  sleep 1
  end -KILL
  rm -rf "$folder"
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
