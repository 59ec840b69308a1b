/** A real Redis: the one that is installed, or the distribution's own package unpacked beside the data. */
import { type CommandOptions, run } from "./command.ts";
import type { Progress } from "./server.ts";
import { SetupError } from "./setup_error.ts";

export interface RedisProgram {
  readonly command: string;
  readonly env: Record<string, string>;
}

export interface RedisProgramOptions {
  /** Below it a fetched Redis is kept. */
  readonly cache: string;
  /** Stands in for PATH. */
  readonly path?: string;
  readonly onProgress?: Progress | undefined;
  /** Gives a fetch up. */
  readonly signal?: AbortSignal | undefined;
}

const names = ["redis-server", "valkey-server"];

/**
 * `redis-server` or `valkey-server` from PATH; else, where `apt-get` is, the distribution's package,
 * downloaded and unpacked below `cache` without root and without installing anything.
 */
export async function redisProgram(
  options: RedisProgramOptions,
): Promise<RedisProgram> {
  const found = await installed(options.path) ?? await fetched(options);
  if (found) return found;
  throw new SetupError(
    "There is no Redis: install the package `redis` or `valkey` (6.2 or newer), " +
      "or set REDIS_URL to a server of your own.",
  );
}

async function installed(path?: string): Promise<RedisProgram | undefined> {
  for (const name of names) {
    const program = { command: name, env: path ? { PATH: path } : {} };
    if (await usable(program)) return program;
  }
}

/** XAUTOCLAIM came with 6.2. */
async function usable({ command, env }: RedisProgram): Promise<boolean> {
  const { out } = await run(command, ["--version"], { env });
  const version = /v=(\d+)\.(\d+)/.exec(out);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 6 || (major === 6 && minor >= 2);
}

async function fetched(
  { cache, path, onProgress, signal }: RedisProgramOptions,
): Promise<RedisProgram | undefined> {
  const folder = `${await Deno.realPath(cache)}/redis-package`;
  const program = unpackedIn(folder);
  if (await usable(program)) return program;
  const env = path ? { PATH: path } : {};
  if (!(await run("apt-get", ["--version"], { env })).ok) return undefined;
  onProgress?.("Fetching Redis from the distribution's packages, once …");
  await fetchInto(folder, signal);
  if (await usable(program)) return program;
}

function unpackedIn(folder: string): RedisProgram {
  const processor = Deno.build.arch === "aarch64" ? "aarch64" : "x86_64";
  const libraries = ["usr/lib", "lib"].map((lib) =>
    `${folder}/${lib}/${processor}-linux-gnu`
  );
  return {
    command: `${folder}/usr/bin/redis-server`,
    env: { LD_LIBRARY_PATH: libraries.join(":") },
  };
}

/** Unpacked beside its place and renamed when whole: an interrupted fetch is never used. */
async function fetchInto(
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${folder}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    for await (const file of await download(`${partial}/apt`, signal)) {
      await must("dpkg", ["-x", file, `${partial}/root`]);
    }
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(`${partial}/root`, folder);
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}

/** With package lists of its own: works for any user, and on images that have none. */
async function download(
  apt: string,
  signal?: AbortSignal,
): Promise<string[]> {
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
  const packages = [
    "redis-server",
    "redis-tools",
    ...await missingLibraries(options),
  ];
  await must("apt-get", [...options, "download", ...packages], {
    cwd: `${apt}/files`,
    signal,
  });
  return await Array.fromAsync(
    Deno.readDir(`${apt}/files`),
    ({ name }) => `${apt}/files/${name}`,
  );
}

/** Only what this machine does not have. */
async function missingLibraries(options: string[]): Promise<string[]> {
  const plan = ["-s", "--no-install-recommends", "install", "redis-server"];
  const { out } = await run("apt-get", [...options, ...plan]);
  return [...out.matchAll(/^Inst (lib\S+) /gm)].map((match) => match[1]!);
}

async function must(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const result = await run(command, args, { ...options, env });
  if (result.ok) return;
  const reason = result.err.split("\n").at(-1);
  throw new SetupError(
    `Redis could not be fetched (${command}: ${reason}): ` +
      "install the package `redis` or `valkey`, or set REDIS_URL to a server of your own.",
  );
}
