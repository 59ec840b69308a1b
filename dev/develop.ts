/** The servers that are not configured, and the application on top of them, as it runs in production. */
import { endOrphan } from "./command.ts";
import { dataFolder, inLockedFolder } from "./folder.ts";
import { keepRunning, type KeptServer } from "./keep_running.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { Progress } from "./server.ts";

export interface DevelopOptions {
  /** Where the private servers keep their data; not touched if none is needed. */
  readonly dataDir: string;
  /** The application: a program and its arguments. */
  readonly command: readonly string[];
  /** Which private servers to start. */
  readonly postgres: boolean;
  readonly redis: boolean;
  readonly say: Progress;
  readonly signals: Signals;
}

/** The signals that ask us to end. */
export interface Signals {
  /** Aborted by the first one: the application drains; while the servers start, a fetch is given up. */
  readonly first: AbortSignal;
  /** Aborted by the second one. */
  readonly second: AbortSignal;
}

interface Stack {
  readonly servers: readonly KeptServer[];
  /** Added to our environment for the application. */
  readonly env: Record<string, string>;
  /** Notes the application, so that one left running by a killed parent can be ended. */
  readonly pidFile?: string;
  release(): void;
}

/** Runs until the application ends; resolves to its exit code. */
export async function develop(options: DevelopOptions): Promise<number> {
  const { command, signals } = options;
  const stack = await startStack(options).catch((error) => {
    if (signals.first.aborted) return undefined;
    throw error;
  });
  if (!stack) return 130;
  try {
    if (signals.first.aborted) return 130;
    const application = startApplication(command, stack.env);
    if (stack.pidFile) {
      await Deno.writeTextFile(stack.pidFile, `${application.pid}\n`);
    }
    return await untilEnd(application, stack, signals);
  } finally {
    await Promise.all(stack.servers.map((server) => server.stop()));
    stack.release();
  }
}

async function startStack(options: DevelopOptions): Promise<Stack> {
  if (!options.postgres && !options.redis) {
    return { env: {}, servers: [], release: () => {} };
  }
  const wanted = await dataFolder(options.dataDir);
  return await inLockedFolder(wanted, async (folder, lock) => {
    const pidFile = `${folder}/application.pid`;
    // It would hold the port.
    if (await endOrphan(pidFile, options.command.join(" "), "SIGTERM")) {
      options.say("Ended an application left running.");
    }
    const started = await startServers(folder, options);
    return { ...started, pidFile, release: () => lock.release() };
  });
}

/** Both at once; if one fails, the other does not stay behind. */
async function startServers(folder: string, options: DevelopOptions) {
  const { say, signals } = options;
  const onProgress = say;
  const wanted = {
    ...(options.postgres && {
      DATABASE_URL: keepRunning({
        name: "PostgreSQL",
        start: (again) =>
          startPostgres({ dir: `${folder}/postgres`, onProgress, ...again }),
        say,
      }),
    }),
    ...(options.redis && {
      REDIS_URL: keepRunning({
        name: "Redis",
        start: (again) =>
          startRedis({
            dir: `${folder}/redis`,
            onProgress,
            signal: signals.first,
            ...again,
          }),
        say,
      }),
    }),
  };
  const results = await Promise.allSettled(Object.values(wanted));
  const servers = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : []
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed) {
    await Promise.all(servers.map((server) => server.stop()));
    throw failed.reason;
  }
  const urls = servers.map((server, i) => [Object.keys(wanted)[i], server.url]);
  return { env: Object.fromEntries(urls), servers };
}

/** With our standard streams. */
function startApplication(
  [program, ...args]: readonly string[],
  env: Record<string, string>,
): Deno.ChildProcess {
  return new Deno.Command(program!, {
    args,
    env,
    // Ctrl+C reaches a whole process group: alone in its own, it gets each signal once, from us.
    detached: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

/** The first signal lets the application drain, the second one does not. */
async function untilEnd(
  application: Deno.ChildProcess,
  { servers }: Stack,
  { first, second }: Signals,
): Promise<number> {
  let over = false;
  const exitCode = application.status.then(({ code }) => {
    over = true;
    return code;
  });
  const kill = (signal: Deno.Signal) => over || application.kill(signal);
  onAbort(first, () => kill("SIGTERM"));
  onAbort(second, () => kill("SIGKILL"));
  try {
    return await Promise.race([exitCode, ...servers.map(({ lost }) => lost)]);
  } catch (error) {
    kill("SIGTERM");
    await exitCode;
    throw error;
  }
}

function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
