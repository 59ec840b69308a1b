/** The servers that are not configured, and the application on top of them. */
import {
  type Application,
  endOldApplication,
  startApplication,
} from "./application.ts";
import { dataFolder } from "./data_folder.ts";
import { lockFolder } from "./folder_lock.ts";
import { keepRunning, type KeptServer } from "./keep_running.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { Progress } from "./server_process.ts";
import { inFolder } from "./setup_error.ts";

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
  readonly env: Record<string, string>;
  readonly servers: readonly KeptServer[];
  readonly pidFile?: string;
  release(): void;
}

/** Runs until the application ends; resolves to its exit code. */
export async function develop(options: DevelopOptions): Promise<number> {
  const stack = await startStack(options).catch((error) => {
    if (options.signals.first.aborted) return undefined;
    throw error;
  });
  if (!stack) return 130;
  try {
    if (options.signals.first.aborted) return 130;
    const { command } = options;
    const app = await startApplication(command, stack.env, stack.pidFile);
    return await untilEnd(app, stack, options);
  } finally {
    await Promise.all(stack.servers.map((server) => server.stop()));
    stack.release();
  }
}

async function startStack(options: DevelopOptions): Promise<Stack> {
  if (!options.postgres && !options.redis) {
    return { env: {}, servers: [], release: () => {} };
  }
  const folder = await dataFolder(options.dataDir);
  const lock = await inFolder(folder, () => lockFolder(folder));
  const pidFile = `${folder}/application.pid`;
  if (await endOldApplication(options.command, pidFile)) {
    options.say("Ended an application left running.");
  }
  const { env, servers } = await startServers(folder, options);
  return { env, servers, pidFile, release: () => lock.release() };
}

/** Both at once; if one fails, the other does not stay behind. */
async function startServers(folder: string, options: DevelopOptions) {
  const wanted = {
    ...(options.postgres && { DATABASE_URL: postgres(folder, options.say) }),
    ...(options.redis && { REDIS_URL: redis(folder, options) }),
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

function postgres(folder: string, say: Progress): Promise<KeptServer> {
  const options = { dir: `${folder}/postgres`, onProgress: say };
  return keepRunning({
    name: "PostgreSQL",
    start: (port) => startPostgres({ ...options, ...(port && { port }) }),
    say,
  });
}

function redis(
  folder: string,
  { say, signals }: DevelopOptions,
): Promise<KeptServer> {
  const options = {
    dir: `${folder}/redis`,
    onProgress: say,
    signal: signals.first,
  };
  return keepRunning({
    name: "Redis",
    start: (port) => startRedis({ ...options, ...(port && { port }) }),
    say,
  });
}

/** The first signal lets the application drain, the second one does not. */
async function untilEnd(
  app: Application,
  stack: Stack,
  { signals }: DevelopOptions,
): Promise<number> {
  onAbort(signals.first, () => app.kill("SIGTERM"));
  onAbort(signals.second, () => app.kill("SIGKILL"));
  try {
    const lost = stack.servers.map((server) => server.lost);
    return await Promise.race([app.exitCode, ...lost]);
  } catch (error) {
    app.kill("SIGTERM");
    await app.exitCode;
    throw error;
  }
}

function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
