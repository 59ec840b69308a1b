/** A private Redis server. */
import { endOrphan } from "./command.ts";
import { redisProgram } from "./redis_binary.ts";
import {
  choosePort,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

export interface RedisOptions extends ServerOptions {
  /** Keeps its data in an append-only file; true unless told. */
  readonly persist?: boolean;
  /** Gives up fetching Redis. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a real Redis on loopback, and takes over data and port of a server whose parent was killed.
 * Rejects with a `SetupError` where one sentence says what is wrong: no Redis to be had, folder in use,
 * full or read-only.
 */
export async function startRedis(options: RedisOptions): Promise<Server> {
  const { onProgress, persist = true, signal } = options;
  return await startServer(options, async (dir) => {
    await Deno.mkdir(`${dir}/data`, { recursive: true });
    const cache = options.cache ?? `${dir}/..`;
    const program = await redisProgram({ cache, onProgress, signal });
    const file = `${dir}/redis.conf`;
    if (await endOrphan(`${dir}/pid`, file, "SIGTERM")) {
      onProgress?.("Took over a Redis left running");
    }
    const port = await choosePort(`${dir}/port`, options.port);
    const password = await ensurePassword(`${dir}/password`);
    const text = configuration({ dir, port, password, persist });
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    return {
      name: "Redis",
      ...program,
      args: [file],
      account: {},
      url: `redis://:${password}@127.0.0.1:${port}`,
      port,
      ready: "Ready to accept connections",
      stopSignal: "SIGTERM",
    };
  });
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
