/**
 * A private Redis server: a real Redis, the one that is installed or the distribution's own package
 * unpacked beside the data, and its start.
 */
import { ownRules } from "../db/redis_rights.ts";
import { type CommandOptions, run } from "./command.ts";
import { ensurePassword, makeWhole, needSpace, SetupError } from "./folder.ts";
import {
  type Progress,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

const kind = {
  name: "Redis",
  pidFile: "pid",
  mark: "redis.conf",
  ready: "Ready to accept connections",
  stopSignal: "SIGTERM",
} as const;

/**
 * Starts a real Redis on loopback, and takes over data and port of a server whose parent was killed.
 * Rejects with a `SetupError` where one sentence says what is wrong: no Redis to be had, folder in use,
 * full or read-only.
 */
export async function startRedis(options: ServerOptions): Promise<Server> {
  const { persist = true, signal } = options;
  return await startServer(kind, options, async (setup) => {
    const { dir, port } = setup;
    await Deno.mkdir(`${dir}/data`, { recursive: true });
    const program = await redisProgram({ ...setup, signal });
    const [password, appPassword] = await Promise.all(
      ["password", "app-password"].map((name) =>
        ensurePassword(`${dir}/${name}`)
      ),
    ) as [string, string];
    await writeUsers(`${dir}/users.acl`, [
      `user default on >${password} ~* &* +@all`,
      `user ${app} on >${appPassword} ${ownRules}`,
    ]);
    const file = `${dir}/redis.conf`;
    const text = configuration(dir, port, persist);
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    const address = `127.0.0.1:${port}`;
    return {
      ...program,
      args: [file],
      url: `redis://:${password}@${address}`,
      appUrl: `redis://${app}:${appPassword}@${address}`,
    };
  });
}

/** As whom the application logs in. */
const app = "signalbox";

/** The users that the application made stay in the file. */
async function writeUsers(
  file: string,
  users: readonly string[],
): Promise<void> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const others = text.split("\n").filter((line) =>
    line && !users.some((user) => line.startsWith(user.split(" on ")[0]! + " "))
  );
  const lines = [...users, ...others, ""].join("\n");
  await Deno.writeTextFile(file, lines, { mode: 0o600 });
}

/**
 * Every setting that decides what survives is written down: a power cut costs about a second of events
 * (2 s under a slow disk), a kill none; a rewrite does not pause the fsync; a full memory refuses writes
 * rather than dropping streams and groups.
 */
function configuration(
  dir: string,
  port: number,
  persist: boolean,
): string {
  return [
    "bind 127.0.0.1",
    `port ${port}`,
    `aclfile ${JSON.stringify(`${dir}/users.acl`)}`,
    `dir ${JSON.stringify(`${dir}/data`)}`,
    `pidfile ${JSON.stringify(`${dir}/pid`)}`,
    "daemonize no",
    'save ""',
    `appendonly ${persist ? "yes" : "no"}`,
    "appendfsync everysec",
    "no-appendfsync-on-rewrite no",
    "maxmemory-policy noeviction",
    // The command line keeps the folder, by which an orphan is recognised.
    "set-proc-title no",
    "",
  ].join("\n");
}

interface RedisProgram {
  readonly command: string;
  readonly env: Record<string, string>;
}

interface RedisProgramOptions {
  /** Below it a fetched Redis is kept. */
  readonly cache: string;
  /** Stands in for PATH. */
  readonly path?: string;
  readonly onProgress?: Progress;
  /** Gives a fetch up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `redis-server` or `valkey-server` from PATH; else, where `apt-get` is, the distribution's package,
 * downloaded and unpacked below `cache` without root and without installing anything.
 */
export async function redisProgram(
  { path, ...options }: RedisProgramOptions,
): Promise<RedisProgram> {
  const env: Record<string, string> = path ? { PATH: path } : {};
  for (const command of ["redis-server", "valkey-server"]) {
    if (await usable({ command, env })) return { command, env };
  }
  const program = await unpacked(options, env);
  if (program) return program;
  throw new SetupError(
    "There is no Redis: install the package `redis` or `valkey` (6.2 or newer), " +
      "or set REDIS_URL to a server of your own.",
  );
}

/** XAUTOCLAIM came with 6.2. */
async function usable({ command, env }: RedisProgram): Promise<boolean> {
  const { out } = await run(command, ["--version"], { env });
  const version = /v=(\d+)\.(\d+)/.exec(out);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 6 || (major === 6 && minor >= 2);
}

/** The one below `cache`, fetched unless it is there. */
async function unpacked(
  { cache, onProgress, signal }: RedisProgramOptions,
  env: Record<string, string>,
): Promise<RedisProgram | undefined> {
  const folder = `${await Deno.realPath(cache)}/redis-package`;
  const processor = Deno.build.arch === "aarch64" ? "aarch64" : "x86_64";
  const libraries = ["usr/lib", "lib"].map((lib) =>
    `${folder}/${lib}/${processor}-linux-gnu`
  );
  const program = {
    command: `${folder}/usr/bin/redis-server`,
    env: { LD_LIBRARY_PATH: libraries.join(":") },
  };
  if (await usable(program)) return program;
  if (!(await run("apt-get", ["--version"], { env })).ok) return undefined;
  await needSpace(cache, 100);
  onProgress?.("Fetching Redis from the distribution's packages, once …");
  // One that is there and not usable is of no use.
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await makeWhole(folder, async (partial) => {
    const apt = `${partial}/apt`;
    for (const file of await download(apt, signal)) {
      await must("dpkg", ["-x", file, partial]);
    }
    await Deno.remove(apt, { recursive: true });
  });
  if (await usable(program)) return program;
}

/** With package lists of its own: works for any user, and on images that have none. */
async function download(apt: string, signal?: AbortSignal) {
  for (const part of ["lists/partial", "cache/archives/partial", "files"]) {
    await Deno.mkdir(`${apt}/${part}`, { recursive: true });
  }
  const user = Deno.uid() === 0 ? "root" : "";
  const options = [
    "-qq",
    `-oDir::State::Lists=${apt}/lists`,
    `-oDir::Cache=${apt}/cache`,
    `-oAPT::Sandbox::User=${user}`,
  ];
  await must("apt-get", [...options, "update"], { signal });
  const plan = ["-s", "--no-install-recommends", "install", "redis-server"];
  const { out } = await run("apt-get", [...options, ...plan]);
  // Only what this machine does not have.
  const libraries = [...out.matchAll(/^Inst (lib\S+) /gm)]
    .map((match) => match[1]!);
  const wanted = ["redis-server", "redis-tools", ...libraries];
  const cwd = `${apt}/files`;
  await must("apt-get", [...options, "download", ...wanted], { cwd, signal });
  const files = await Array.fromAsync(Deno.readDir(cwd));
  return files.map(({ name }) => `${cwd}/${name}`);
}

async function must(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const result = await run(command, args, { ...options, env });
  if (result.ok) return;
  // Not in apt's last line, and known by its words where it is caught.
  if (/no space left/i.test(result.err)) throw new Error(result.err);
  const reason = result.err.split("\n").at(-1);
  throw new SetupError(
    `Redis could not be fetched (${command}: ${reason}): ` +
      "install the package `redis` or `valkey`, or set REDIS_URL to a server of your own.",
  );
}
