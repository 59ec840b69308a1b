/** A private Redis server. */
import { commandLine, endProcess } from "./command.ts";
import { type FolderLock, inLockedFolder } from "./folder_lock.ts";
import { choosePort } from "./port.ts";
import type { Server } from "./postgres.ts";
import { redisProgram } from "./redis_binary.ts";
import { type Progress, startProcess } from "./server_process.ts";

export interface RedisOptions {
  /** The folder of this server: its data, configuration, log and lock. Made unless it is there. */
  readonly dir: string;
  /** Where a fetched Redis is kept; the parent of `dir` unless told. */
  readonly cache?: string;
  /** A free one unless told, and the same one again at the next start if it can be had. */
  readonly port?: number;
  /** Keeps its data in an append-only file; true unless told. */
  readonly persist?: boolean;
  /** Told what takes long. */
  readonly onProgress?: Progress;
  /** Gives up fetching Redis. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a real Redis on loopback, and takes over data and port of a server whose parent was killed.
 * Rejects with a `SetupError` where one sentence says what is wrong: no Redis to be had, folder in use,
 * full or read-only.
 */
export async function startRedis(options: RedisOptions): Promise<Server> {
  return await inLockedFolder(
    options.dir,
    (dir, lock) => start(dir, options, lock),
  );
}

async function start(
  dir: string,
  options: RedisOptions,
  lock: FolderLock,
): Promise<Server> {
  const { onProgress, cache = `${dir}/..`, persist = true, signal } = options;
  await Deno.mkdir(`${dir}/data`, { recursive: true });
  const program = await redisProgram({ cache, onProgress, signal });
  if (await endOrphan(dir)) onProgress?.("Took over a Redis left running");
  const port = await choosePort(`${dir}/port`, options.port);
  const password = await ensurePassword(`${dir}/password`);
  const logFile = `${dir}/log`;
  await Deno.writeTextFile(logFile, "", { mode: 0o600 });
  const text = configuration({ dir, port, password, persist });
  await Deno.writeTextFile(`${dir}/redis.conf`, text, { mode: 0o600 });
  const process = await startProcess({
    name: "Redis",
    command: program.command,
    args: [`${dir}/redis.conf`],
    account: {},
    env: program.env,
    logFile,
    ready: "Ready to accept connections",
    stopSignal: "SIGTERM",
    onProgress,
  });
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const exited = process.exited.then(() => lock.release());
  const stop = () => process.stop().then(() => exited);
  return { url, port, pid: process.pid, logFile, exited, stop };
}

/**
 * Every setting that decides what survives is written down: a power cut costs about a second of events
 * (2 s under a slow disk), a kill none; a rewrite does not pause the fsync; a full memory refuses writes
 * rather than dropping streams and groups.
 */
function configuration(
  server: { dir: string; port: number; password: string; persist: boolean },
): string {
  return [
    "bind 127.0.0.1",
    `port ${server.port}`,
    `requirepass ${server.password}`,
    `dir "${server.dir}/data"`,
    `pidfile "${server.dir}/pid"`,
    "daemonize no",
    'save ""',
    `appendonly ${server.persist ? "yes" : "no"}`,
    "appendfsync everysec",
    "no-appendfsync-on-rewrite no",
    "maxmemory-policy noeviction",
    // The command line keeps the folder, by which an orphan is recognised.
    "set-proc-title no",
    "",
  ].join("\n");
}

/** Any local user may connect to a loopback port, so even a private server has a password. */
async function ensurePassword(file: string): Promise<string> {
  const known = (await Deno.readTextFile(file).catch(() => "")).trim();
  if (known) return known;
  const password = crypto.randomUUID();
  await Deno.writeTextFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Ends the server that a killed parent left running on this data; the data stay. */
async function endOrphan(dir: string): Promise<boolean> {
  const pid = Number.parseInt(
    await Deno.readTextFile(`${dir}/pid`).catch(() => ""),
  );
  // The id may long belong to another process: only a server of this folder is ended.
  if (!pid || !(await commandLine(pid)).includes(`${dir}/redis.conf`)) {
    return false;
  }
  await endProcess(pid, "SIGTERM");
  return true;
}
