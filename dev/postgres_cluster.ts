/** The files of a private PostgreSQL server: `data/`, and the password that it was made with. */
import { type Account, commandLine, endProcess, run } from "./command.ts";
import type { Progress } from "./server_process.ts";
import { folderProblem, SetupError } from "./setup_error.ts";

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

/** Ends the server that a killed parent left running on this data; the data stay. */
export async function endOrphan(folder: string): Promise<boolean> {
  const file = `${folder}/data/postmaster.pid`;
  const text = await Deno.readTextFile(file).catch(() => "");
  const pid = Number.parseInt(text);
  // The id may long belong to another process: only a server of this folder is ended.
  if (!pid || !(await commandLine(pid)).includes(`${folder}/data`)) {
    if (text) await Deno.remove(file);
    return false;
  }
  await endProcess(pid, "SIGINT");
  return true;
}

async function own(path: string, account: Account): Promise<void> {
  if (account.uid !== undefined) {
    await Deno.chown(path, account.uid, account.gid ?? null);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
