/**
 * Real PostgreSQL and Redis for the tests. There is no skipping: without the servers the tests fail.
 * Everything here is safe under `--sanitize-ops --sanitize-resources`, may be called inside a test, and
 * ends with the test process, however that ends.
 */
import { fileURLToPath } from "node:url";
import { run } from "../../dev/command.ts";
import { dataFolder, serverAccount } from "../../dev/folder.ts";
import {
  ensureCluster,
  postgresPrograms,
  postgresUrl,
  serverArguments,
  startPostgres,
} from "../../dev/postgres.ts";
import { startRedis } from "../../dev/redis.ts";
import { freePort, type Server } from "../../dev/server.ts";
import { sleep } from "../../wait.ts";
import { endWithThisProcess, newPath, runFolder } from "./run_folder.ts";

export interface TestServer {
  /** Of its administrator, with the password. */
  readonly url: string;
  /** As `deno task dev` gives it to the application. */
  readonly appUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly dir: string;
  /** Shuts down cleanly; also after the test has killed it. The data stay until the process ends. */
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** The `dir` of an earlier server, to start again on its data. */
  readonly dir?: string;
  readonly port?: number;
  /** Survives `kill -9` of the server and more; false unless told. */
  readonly persist?: boolean;
}

/** A private Redis. */
export async function testRedis(
  options: TestServerOptions = {},
): Promise<TestServer> {
  const dir = options.dir ?? await newPath();
  const { persist = false, port } = options;
  const cache = await cacheFolder();
  return watched(
    dir,
    await startRedis({ dir, cache, persist, ...(port && { port }) }),
  );
}

/** A private PostgreSQL server. */
export async function testPostgres(
  options: TestServerOptions = {},
): Promise<TestServer> {
  const dir = options.dir ?? await newCluster();
  const { persist = false, port } = options;
  const cache = await cacheFolder();
  return watched(
    dir,
    await startPostgres({
      dir,
      cache,
      persist,
      ...(port && { port }),
    }),
  );
}

async function watched(dir: string, server: Server): Promise<TestServer> {
  const { url, appUrl, port, pid } = server;
  await endWithThisProcess(pid);
  return { url, appUrl, port, pid, dir, stop: () => server.stop() };
}

/** A fresh and empty database on the shared server. */
export async function testDatabase(): Promise<
  { url: string; drop(): Promise<void> }
> {
  const url = new URL(await postgresServer());
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name}`);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}

async function administer(statement: string): Promise<void> {
  const { default: postgres } = await import("postgres");
  const sql = postgres(await postgresServer(), { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

let shared: Promise<string> | undefined;

/** The URL of a server that all test files of this process share. */
export function postgresServer(): Promise<string> {
  return shared ??= sharedServer();
}

/** The first test file starts it; the others, which are isolates of their own, wait for its URL. */
async function sharedServer(): Promise<string> {
  const dir = `${await runFolder()}/shared`;
  const claimed = await Deno.mkdir(dir).then(() => true, () => false);
  if (claimed) await startShared(dir);
  for (let tries = 0; tries < 3000; tries++) {
    const url = await Deno.readTextFile(`${dir}/url`).catch(() => "");
    if (url) return url;
    await sleep(10);
  }
  throw new Error(`no PostgreSQL for the tests came up in ${dir}`);
}

/** By `pg_ctl`, which leaves no child process and no pipe behind in the isolate of the first test file. */
async function startShared(dir: string): Promise<void> {
  const cluster = await newCluster();
  const account = await serverAccount();
  const port = freePort();
  const settings = serverArguments(cluster, port, false).slice(2);
  const result = await run(`${await programs()}/bin/pg_ctl`, [
    ...["-D", `${cluster}/data`, "-l", `${cluster}/data/log`, "-w"],
    ...["-o", settings.map((word) => `'${word}'`).join(" "), "start"],
  ], { account });
  if (!result.ok) throw new Error(`PostgreSQL: ${result.err}${result.out}`);
  const pid = await Deno.readTextFile(`${cluster}/data/postmaster.pid`);
  await endWithThisProcess(Number.parseInt(pid));
  await Deno.writeTextFile(`${dir}/url.new`, await postgresUrl(cluster, port));
  await Deno.rename(`${dir}/url.new`, `${dir}/url`);
}

/**
 * The folder of a PostgreSQL server that has not been started yet: a copy of one that is made once and
 * kept, which takes a tenth of the time of `initdb`.
 */
export async function newCluster(): Promise<string> {
  const model = `${await programs()}.cluster`;
  const made = await Deno.stat(model).then(() => true, () => false);
  if (!made) await makeModel(model);
  const dir = await newPath();
  const copied = await run("cp", ["-Rp", model, dir]);
  if (!copied.ok) throw new Error(copied.err);
  return dir;
}

async function makeModel(model: string): Promise<void> {
  const folder = `${model}.${crypto.randomUUID()}`;
  await Deno.mkdir(folder);
  const account = await serverAccount();
  await ensureCluster({
    folder,
    programs: await programs(),
    account,
    persist: false,
  });
  // Another test process may have been faster.
  await Deno.rename(folder, model).catch(() =>
    Deno.remove(folder, { recursive: true })
  );
}

async function programs(): Promise<string> {
  return await postgresPrograms(await cacheFolder());
}

/** Where the programs are: kept between runs, and shared with `deno task dev`. */
export function cacheFolder(): Promise<string> {
  return dataFolder(fileURLToPath(new URL("../../.data", import.meta.url)));
}
