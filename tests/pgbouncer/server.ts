/** A PgBouncer in transaction mode in front of a PostgreSQL: the distribution's package. */
import { own, serverAccount } from "../../dev/folder.ts";
import { startServer } from "../../dev/server.ts";
import { endWithThisProcess, newPath } from "../support/run_folder.ts";

export interface Bouncer {
  /** The database's, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

const kind = {
  name: "PgBouncer",
  pidFile: "pid",
  mark: "pgbouncer.ini",
  ready: "process up",
  stopSignal: "SIGTERM",
} as const;

/** @param poolSize how many sessions it has with the server, for all clients together */
export async function testBouncer(
  databaseUrl: string,
  poolSize: number,
): Promise<Bouncer> {
  const server = new URL(databaseUrl);
  const started = await startServer(
    kind,
    { dir: await newPath(), persist: false },
    async ({ dir, port }) => {
      const account = await serverAccount();
      await Deno.writeTextFile(
        `${dir}/users`,
        `"${server.username}" "${server.password}"\n`,
      );
      await Deno.writeTextFile(
        `${dir}/pgbouncer.ini`,
        [
          "[databases]",
          `* = host=${server.hostname} port=${server.port}`,
          "[pgbouncer]",
          `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
          "pool_mode = transaction\nauth_type = plain",
          `auth_file = ${dir}/users\npidfile = ${dir}/pid`,
          `default_pool_size = ${poolSize}`,
          "",
        ].join("\n"),
      );
      for (const path of [dir, `${dir}/users`, `${dir}/pgbouncer.ini`]) {
        await own(path, account);
      }
      const pooled = new URL(databaseUrl);
      pooled.port = String(port);
      const url = pooled.href;
      const args = [`${dir}/pgbouncer.ini`];
      return { command: "pgbouncer", args, account, url, appUrl: url };
    },
  );
  await endWithThisProcess(started.pid);
  return { url: started.url, stop: () => started.stop() };
}
