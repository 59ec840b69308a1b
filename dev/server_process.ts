/** A server as a child process: started until it says that it is ready, and stopped again. */
import type { Account } from "./command.ts";
import { folderProblem, SetupError } from "./setup_error.ts";

export type Progress = (message: string) => void;

export interface ServerCommand {
  /** For people: `PostgreSQL`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly account: Account;
  readonly env?: Record<string, string>;
  /** Takes its output; must be writable for `account`. A file, so that an orphan can go on writing. */
  readonly logFile: string;
  /** What it logs when clients may connect. */
  readonly ready: string;
  readonly stopSignal: Deno.Signal;
  readonly onProgress?: Progress | undefined;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** By its signal, and after half a minute by force. */
  stop(): Promise<void>;
}

/** Resolves when the server takes connections; rejects with its last words if it ends before that. */
export async function startProcess(
  server: ServerCommand,
): Promise<ServerProcess> {
  const child = spawn(server);
  let ended = false;
  const exited = child.status.then(() => void (ended = true));
  await untilReady(server, () => ended);
  return {
    pid: child.pid,
    exited,
    async stop() {
      if (!ended) await end(child, server.stopSignal, exited);
    },
  };
}

const patienceMs = 30_000;

/** Asks again and again: Redis forgets a SIGTERM that comes while it writes its first file. */
async function end(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
  exited: Promise<void>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const ask = () => {
    const late = performance.now() > deadline;
    try {
      child.kill(late ? "SIGKILL" : signal);
    } catch {
      // It ends at this moment.
    }
  };
  ask();
  const asking = setInterval(ask, 500);
  await exited;
  clearInterval(asking);
}

/** In a process group of its own: Ctrl+C in a terminal must reach the application first. */
function spawn(server: ServerCommand): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: [
      "-c",
      'log="$1"; shift; exec "$@" >>"$log" 2>&1',
      "sh",
      server.logFile,
      server.command,
      ...server.args,
    ],
    ...server.account,
    cwd: "/",
    detached: true,
    env: { ...server.env, LC_ALL: "C" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function untilReady(
  server: ServerCommand,
  ended: () => boolean,
): Promise<void> {
  let tell = Date.now() + 3000;
  while (true) {
    const over = ended();
    const lines = await lastLines(server.logFile);
    if (lines.some((line) => line.includes(server.ready))) return;
    if (over) throw startFailure(server, lines);
    if (Date.now() > tell) {
      server.onProgress?.(
        `${server.name} is still starting: ${lines.at(-1) ?? "no word yet"}`,
      );
      tell = Date.now() + 3000;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function startFailure(server: ServerCommand, lines: string[]): Error {
  const text = lines.join("\n");
  return folderProblem(server.logFile.replace(/\/[^/]*$/, ""), text) ??
    new SetupError(`${server.name} did not start. It said:\n${text}`);
}

/** The end of a log. */
export async function lastLines(file: string, count = 20): Promise<string[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.trimEnd().split("\n").slice(-count);
}
