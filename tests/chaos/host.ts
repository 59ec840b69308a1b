/** One host: a process of the application, started again when it ends, as systemd would. */
import { type Api, connectApi } from "../../ctl/api.ts";
import { taskCommand } from "../../dev/command.ts";
import type { Clock } from "./clock.ts";
import { forget, freeze, signal, sleep, watchOver } from "./processes.ts";

export interface Host {
  readonly api: Api;
  readonly clock: Clock;
  /** How often it has been started. */
  readonly starts: number;
  /** Exit codes of those that ended by SIGTERM. */
  readonly drained: readonly number[];
  /** Ends it; it is started again after `awayMs`. */
  end(by: "SIGKILL" | "SIGTERM", awayMs: number): Promise<void>;
  /** Stands still for so long. */
  freeze(ms: number): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface HostOptions {
  /** The copy of the project. */
  readonly tree: string;
  readonly port: number;
  readonly logFile: string;
  /** Its environment stands in `env`. */
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string>>;
}

/** As systemd, which then sends SIGKILL. */
const patienceMs = 15_000;

const script = 'log=$1; shift; exec "$@" >>"$log" 2>&1';

export async function startHost(options: HostOptions): Promise<Host> {
  let process = await launch(options);
  let starts = 1;
  let stopping = false;
  let awayMs = 200;
  let asked = false;
  const drained: number[] = [];

  const keep = async () => {
    while (true) {
      const { code } = await process.status;
      await forget(process.pid);
      if (asked) drained.push(code);
      asked = false;
      if (stopping) return;
      await sleep(awayMs);
      if (stopping) return;
      process = await launch(options);
      starts++;
    }
  };
  const keeping = keep();

  return {
    api: connectApi(`http://127.0.0.1:${options.port}`),
    clock: options.clock,
    get starts() {
      return starts;
    },
    drained,
    async end(by, ms) {
      awayMs = ms;
      const ended = process.status;
      if (signal(process.pid, by) && by === "SIGTERM") asked = true;
      await Promise.race([ended, sleep(patienceMs)]);
      signal(process.pid, "SIGKILL");
      await ended;
    },
    freeze: (ms) => freeze([process.pid], ms),
    async stop() {
      stopping = true;
      signal(process.pid, "SIGKILL");
      await keeping;
    },
  };
}

async function launch(
  { tree, port, logFile, env }: HostOptions,
): Promise<Deno.ChildProcess> {
  const program = taskCommand("start").with(-1, `${tree}/main.ts`);
  const process = new Deno.Command("sh", {
    // With its folder on the command line, by which it is known as one of ours.
    args: ["-c", script, "sh", logFile, ...program],
    cwd: tree,
    env: { ...env, PORT: String(port), NO_COLOR: "1" },
    // Ctrl+C in a terminal is for this process, which then ends that one.
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await watchOver(process.pid);
  return process;
}
