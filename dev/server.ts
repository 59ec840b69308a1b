/** A private server as a child process, on loopback: started until it says that it is ready, and stopped again. */
import { resolvesWithin, sleep } from "../wait.ts";
import { type Account, endOrphan } from "./command.ts";
import { folderProblem, inLockedFolder, own, SetupError } from "./folder.ts";

export type Progress = (message: string) => void;

export interface ServerOptions {
  /** The folder of this server: its data, password, log and lock. Made unless it is there. */
  readonly dir: string;
  /** Where the programs are kept; the parent of `dir` unless told. */
  readonly cache?: string;
  /** A free one unless told, and the same one again at the next start if it can be had. */
  readonly port?: number;
  /** Keeps its data whatever happens, and waits for the disk; true unless told. */
  readonly persist?: boolean;
  /** Told what takes long. */
  readonly onProgress?: Progress;
  /** Gives up what is being fetched. */
  readonly signal?: AbortSignal;
}

/** A running server. */
export interface Server {
  /** Of its administrator, with the password. */
  readonly url: string;
  /** For the application: with the rights that it needs. */
  readonly appUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** By its signal, and after half a minute by force; also after the process has ended. */
  stop(): Promise<void>;
}

export interface ServerKind {
  /** For people: `PostgreSQL`. */
  readonly name: string;
  /** Where below its folder it notes its process id. */
  readonly pidFile: string;
  /** What below its folder stands in its command line. */
  readonly mark: string;
  /** What it logs when clients may connect. */
  readonly ready: string;
  /** What it says when it cannot start yet, but will within seconds. */
  readonly notYet?: RegExp;
  readonly stopSignal: Deno.Signal;
}

/** What to run. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly account?: Account;
  readonly env?: Record<string, string>;
  readonly url: string;
  readonly appUrl: string;
}

interface Start extends ServerKind, ServerProgram {
  /** A file, so that an orphan can go on writing. */
  readonly logFile: string;
  readonly onProgress: Progress;
}

/**
 * Takes the folder, ends what a killed parent left running in it, lets `prepare` say what to run, and
 * resolves when that takes connections; rejects with its last words if it ends before that.
 */
export async function startServer(
  kind: ServerKind,
  options: ServerOptions,
  prepare: (
    setup: { dir: string; cache: string; port: number; onProgress: Progress },
  ) => Promise<ServerProgram>,
): Promise<Server> {
  const { onProgress = () => {} } = options;
  return await inLockedFolder(options.dir, async (dir, lock) => {
    const { name, pidFile, mark, stopSignal } = kind;
    if (await endOrphan(`${dir}/${pidFile}`, `${dir}/${mark}`, stopSignal)) {
      onProgress(`Took over a ${name} left running`);
    }
    const port = await choosePort(`${dir}/port`, options.port);
    const cache = options.cache ?? `${dir}/..`;
    const program = await prepare({ dir, cache, port, onProgress });
    const logFile = `${dir}/log`;
    await Deno.writeTextFile(logFile, "", { mode: 0o600 });
    await own(logFile, program.account);
    const start = { ...kind, ...program, logFile, onProgress };
    const child = await startPatiently(start);
    const exited = child.status.then(() => lock.close());
    const stop = () => end(child, stopSignal, exited);
    const { url, appUrl } = program;
    return { url, appUrl, port, pid: child.pid, logFile, exited, stop };
  });
}

async function startPatiently(start: Start): Promise<Deno.ChildProcess> {
  for (let tries = 0;; tries++) {
    const child = spawn(start);
    let ended = false;
    child.status.then(() => ended = true);
    try {
      await untilReady(start, () => ended);
      return child;
    } catch (error) {
      if (tries === 20 || !start.notYet?.test(String(error))) throw error;
      await sleep(250);
    }
  }
}

const patienceMs = 30_000;

/** Asks again and again: Redis forgets a SIGTERM that comes while it writes its first file. */
async function end(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
  exited: Promise<void>,
): Promise<void> {
  const giveUp = performance.now() + patienceMs;
  do {
    try {
      child.kill(performance.now() > giveUp ? "SIGKILL" : signal);
    } catch {
      // It has ended, or does so at this moment.
    }
  } while (!await resolvesWithin(exited, 500));
}

/** In a process group of its own: Ctrl+C in a terminal must reach the application first. */
function spawn(
  { command, args, account, env, logFile }: Start,
): Deno.ChildProcess {
  const script = 'log="$1"; shift; exec "$@" >>"$log" 2>&1';
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", logFile, command, ...args],
    ...account,
    cwd: "/",
    detached: true,
    env: { ...env, LC_ALL: "C" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function untilReady(
  { name, ready, logFile, onProgress }: Start,
  ended: () => boolean,
): Promise<void> {
  let tell = Date.now() + 3000;
  while (true) {
    const over = ended();
    const lines = await lastLines(logFile);
    if (lines.some((line) => line.includes(ready))) return;
    if (over) {
      const text = lines.join("\n");
      throw folderProblem(logFile.replace(/\/[^/]*$/, ""), text) ??
        new SetupError(`${name} did not start. It said:\n${text}`);
    }
    if (Date.now() > tell) {
      const word = lines.at(-1) ?? "no word yet";
      onProgress(`${name} is still starting: ${word}`);
      tell = Date.now() + 3000;
    }
    await sleep(5);
  }
}

/** The end of a log. */
export async function lastLines(file: string, count = 20): Promise<string[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.trimEnd().split("\n").slice(-count);
}

/** The wanted port; else the remembered one if it is still free; else a free one, remembered in `file`. */
export async function choosePort(
  file: string,
  wanted?: number,
): Promise<number> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const known = Number.parseInt(text);
  const port = wanted ?? (known > 0 && isFree(known) ? known : freePort());
  await Deno.writeTextFile(file, `${port}\n`);
  return port;
}

/** A free port below those that systems give to outgoing connections, which could take it meanwhile. */
export function freePort(): number {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (isFree(port)) return port;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
