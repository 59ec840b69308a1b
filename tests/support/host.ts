/** A host for tests: the application as a process of its own, as an operator runs it. */
import { fileURLToPath } from "node:url";
import { taskCommand } from "../../dev/command.ts";
import { freePort } from "../../dev/server.ts";
import { sleep } from "../../wait.ts";
import { endWithThisProcess } from "./run_folder.ts";

export interface HostOptions {
  /** The variables that differ from the defaults; DATABASE_URL and REDIS_URL among them. */
  readonly env: Readonly<Record<string, string>>;
  /** Another checkout to run, as an absolute path that ends with a slash; this one unless told. */
  readonly root?: string;
  /** What starts it, and its arguments; `deno task start` unless told. */
  readonly command?: readonly string[];
  /** A free one unless told. */
  readonly port?: number;
  /** Resolve as soon as it listens, whether or not it is ready. */
  readonly untilListening?: boolean;
}

export interface Host {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it has printed so far. */
  log(): string;
  /** SIGTERM: drains; resolves to the exit code. One that does not end within a minute is killed: 137. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  readonly ended: Promise<number>;
}

const project = fileURLToPath(new URL("../..", import.meta.url));

/** `SIGNALBOX_ENTRY=fresh` starts hosts as `deno task fresh` does; that needs JSR. */
export const onFresh = Deno.env.get("SIGNALBOX_ENTRY") === "fresh";

/** Starts it and waits until it is ready; fails with its log when it ends or takes 60 s. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { port = freePort(), root = project } = options;
  const task = taskCommand(onFresh ? "fresh" : "start");
  const [program, ...args] = options.command ?? task;
  const child = new Deno.Command(program!, {
    args,
    cwd: onFresh ? `${root}on_fresh` : root,
    env: {
      NO_COLOR: "1",
      LOG_LEVEL: "debug",
      ...options.env,
      PORT: String(port),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await endWithThisProcess(child.pid);
  let log = "";
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    const text = stream.pipeThrough(new TextDecoderStream());
    for await (const part of text) log += part;
  });
  const ended = child.status.then(async ({ code }) => {
    await Promise.all(reading);
    return code;
  });
  const host: Host = {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    log: () => log,
    ended,
    stop: () => drain(child, ended),
    kill: async () => (signal(child, "SIGKILL"), void await ended),
  };
  const path = options.untilListening ? "/healthz" : "/readyz";
  await untilAnswers(host, path);
  return host;
}

async function drain(
  child: Deno.ChildProcess,
  ended: Promise<number>,
): Promise<number> {
  signal(child, "SIGTERM");
  const late = setTimeout(() => signal(child, "SIGKILL"), 60_000);
  const code = await ended;
  clearTimeout(late);
  return code;
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended already.
  }
}

async function untilAnswers(host: Host, path: string): Promise<void> {
  let over = false;
  host.ended.then(() => over = true);
  await eventually(async () => {
    if (over) return true;
    const response = await fetch(host.url + path);
    await response.body?.cancel();
    return response.ok;
  }, 60_000).catch(async (cause) => {
    await host.kill();
    throw new Error(`the host does not answer ${path}:\n${host.log()}`, {
      cause,
    });
  });
  if (over) throw new Error(`the host ended:\n${host.log()}`);
}

/** Asks again and again until the answer is truthy, and returns it; an error counts as "not yet". */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  withinMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  do {
    try {
      const answer = last = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  } while (performance.now() < deadline);
  throw new Error(
    `not within ${withinMs} ms; the last answer: ${Deno.inspect(last)}`,
  );
}
