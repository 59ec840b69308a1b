/** The folder of this test process, and what must not outlive it. */
import { run } from "../../dev/command.ts";
import { sleep } from "../../wait.ts";

let ready: Promise<string> | undefined;

/** Removed, with the servers noted in it, when this process ends. Shared by all its test files. */
export function runFolder(): Promise<string> {
  return ready ??= prepare();
}

/**
 * A path in it where nothing is yet, with a space and a letter beyond ASCII: so everything that the
 * tests start shows that it runs in such a folder.
 */
export async function newPath(): Promise<string> {
  return `${await runFolder()}/ein ä ${crypto.randomUUID()}`;
}

/** Ends that process when this one has ended, even by SIGKILL of the whole process group. */
export async function endWithThisProcess(pid: number): Promise<void> {
  const note = `${await runFolder()}/pids/${pid}`;
  await Deno.writeTextFile(note, `${await born(pid)}\n`);
}

/**
 * Tells when a process was started; nothing of one that has ended, whether or not its parent has
 * noticed. Ids are given out anew within minutes, but not with the same start.
 */
const bornScript = `
born() {
  if read -r stat <"/proc/$1/stat"; then
    set -- \${stat##*) }
    [ "$1" = Z ] || echo "\${20}"
  else
    ps -o lstart= -p "$1" | tr -dc '[:alnum:]'
  fi
}`;

async function born(pid: number): Promise<string> {
  const script = `${bornScript}\nborn "$0" 2>/dev/null`;
  return (await run("sh", ["-c", script, String(pid)])).out.trim();
}

/**
 * A small shell process waits for the end of this one: nothing inside this process would run after
 * SIGKILL. It has a session of its own, and is started by a shell that ends at once, so that it is no
 * child of a test. Besides the noted processes it ends the servers of all folders in here, as far as
 * they were started on a folder in here.
 */
const watchScript = `${bornScript}
folder=$0
ours() {
  { cat "/proc/$1/cmdline" || ps -o args= -p "$1"; } | grep -aqF "$folder/"
}
noted() {
  for file in "$folder"/pids/*; do
    pid=\${file##*/}
    read -r birth <"$file" && [ "$birth" ] &&
      [ "$birth" = "$(born "$pid")" ] && echo "$pid"
  done
  find "$folder" -name pid -o -name application.pid -o -name postmaster.pid |
    while read -r file; do
      pid=$(head -n 1 "$file")
      ours "$pid" && echo "$pid"
    done
}
end() { for pid in $(noted); do kill "$1" "$pid"; done; }
( while [ "$(born "$1")" = "$2" ]; do sleep 0.3; done
  end -INT
  sleep 1
  end -KILL
  for disk in "$folder"/disk-*; do umount -l "$disk"; done
  rm -rf "$folder"
) >/dev/null 2>&1 </dev/null &`;

async function prepare(): Promise<string> {
  const birth = await born(Deno.pid);
  // One that another process with this id has left is not taken for ours.
  const folder = `/var/tmp/signalbox-tests-${Deno.pid}-${birth}`;
  const first = await Deno.mkdir(folder, { mode: 0o755 })
    .then(() => true, () => false);
  if (!first) return await untilReady(folder);
  await Deno.mkdir(`${folder}/pids`);
  const args = ["-c", watchScript, folder, String(Deno.pid), birth];
  // In a process group of its own, which a killed group does not reach.
  const watching = new Deno.Command("sh", {
    args,
    cwd: "/",
    env: { LC_ALL: "C" },
    detached: true,
    stdin: "null",
  });
  const { success } = await watching.spawn().status;
  if (!success) throw new Error(`cannot watch over ${folder}`);
  await Deno.writeTextFile(`${folder}/ready`, "");
  return folder;
}

/** Another test file of this process prepares it. */
async function untilReady(folder: string): Promise<string> {
  for (let tries = 0; tries < 3000; tries++) {
    if (await Deno.stat(`${folder}/ready`).catch(() => null)) return folder;
    await sleep(10);
  }
  throw new Error(`${folder} is not ready: remove it`);
}
