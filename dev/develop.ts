/** The servers that are not configured, and the application on top of them, as it runs in production. */
import { endOrphan, run } from "./command.ts";
import {
  dataFolder,
  inLockedFolder,
  isWritable,
  SetupError,
} from "./folder.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { lastLines, type Progress, type Server } from "./server.ts";

export interface DevelopOptions {
  /** Where the private servers keep their data; not touched if none is needed. */
  readonly dataDir: string;
  /** The application: a program and its arguments. */
  readonly command: readonly string[];
  /** The variables that name no server: for each a private one is started. */
  readonly missing: readonly string[];
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
  if (!options.missing.length) {
    return { env: {}, servers: [], release: () => {} };
  }
  const wanted = await dataFolder(options.dataDir);
  return await inLockedFolder(wanted, async (folder, lock) => {
    const pidFile = `${folder}/application.pid`;
    // It would hold the port.
    if (await endOrphan(pidFile, options.command.join(" "), "SIGTERM")) {
      options.say("Ended an application left running.");
    }
    const deno = await denoFolder(folder, options.say);
    const { env, servers } = await startServers(folder, options);
    const release = () => lock.close();
    return { env: { ...env, ...deno }, servers, pidFile, release };
  });
}

/** Deno fetches the bundler of the islands into a folder of its own: where it cannot, into ours. */
async function denoFolder(
  folder: string,
  say: Progress,
): Promise<Record<string, string>> {
  const info = await run(Deno.execPath(), ["info", "--json", "--no-config"]);
  const { denoDir } = JSON.parse(info.out || "{}");
  if (!denoDir || await isWritable(denoDir)) return {};
  const DENO_DIR = `${folder}/deno`;
  say(`${denoDir}, Deno's cache, cannot be written to: ${DENO_DIR} is used.`);
  return { DENO_DIR };
}

const privateServers = [
  ["DATABASE_URL", "PostgreSQL", "postgres", startPostgres],
  ["REDIS_URL", "Redis", "redis", startRedis],
] as const;

/** All at once; if one fails, the others are given up, and do not stay behind. */
async function startServers(
  folder: string,
  { missing, say, signals }: DevelopOptions,
) {
  const wanted = privateServers
    .filter(([variable]) => missing.includes(variable));
  const failed = new AbortController();
  const signal = AbortSignal.any([signals.first, failed.signal]);
  const common = { onProgress: say, signal };
  const results = await Promise.allSettled(
    wanted.map(([, name, dir, start]) =>
      keepRunning(
        name,
        (again) => start({ dir: `${folder}/${dir}`, ...common, ...again }),
        say,
      ).catch((error) => {
        failed.abort(error);
        throw error;
      })
    ),
  );
  const servers = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : []
  );
  if (failed.signal.aborted) {
    await Promise.all(servers.map((server) => server.stop()));
    throw failed.signal.reason;
  }
  const urls = servers.map(({ url }, i) => [wanted[i]![0], url]);
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

type KeptServer = Awaited<ReturnType<typeof keepRunning>>;

/** Restarts allowed within a minute. */
const mostRestarts = 5;

/**
 * Starts a server and keeps it running, at the same address, until `stop`. `start` starts it on its data:
 * the first time on a port of its choice, then on that one again.
 */
async function keepRunning(
  name: string,
  start: (again?: { port: number }) => Promise<Server>,
  say: Progress,
) {
  let server = await start();
  const { appUrl: url, port } = server;
  let stopping = false;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const deaths: number[] = [];
  const mourn = async () => {
    deaths.push(Date.now());
    const lately = deaths.filter((at) => at > Date.now() - 60_000).length;
    const words = (await lastLines(server.logFile, 8)).join("\n  ");
    say(`${name} ended unexpectedly. Its last words:\n  ${words}`);
    if (lately <= mostRestarts) return;
    throw new SetupError(
      `${name} ended ${lately} times within a minute: see ${server.logFile}.`,
    );
  };
  const watch = async () => {
    while (true) {
      await server.exited;
      if (stopping) return;
      await mourn();
      server = await start({ port });
      // `stop` may have come meanwhile, and have stopped the dead one.
      if (stopping) return await server.stop();
      say(`${name} is back.`);
    }
  };
  const watching = watch().catch(lost.reject);
  return {
    url,
    /** Rejects when the server has died too often; never resolves. */
    lost: lost.promise,
    async stop() {
      stopping = true;
      await server.stop();
      await watching;
    },
  };
}
