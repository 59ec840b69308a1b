/** A Redis with settings of the test's own: commands renamed, TLS, … */
import { redisProgram } from "../../dev/redis.ts";
import { startServer } from "../../dev/server.ts";
import { endWithThisProcess, newPath } from "./run_folder.ts";
import { cacheFolder, type TestServer } from "./servers.ts";

const kind = {
  name: "Redis",
  pidFile: "pid",
  mark: "redis.conf",
  ready: "Ready to accept connections",
  stopSignal: "SIGTERM",
} as const;

/** @param settings lines of `redis.conf` for this port; it has no password */
export async function ownRedis(
  settings: (port: number) => string[],
): Promise<TestServer> {
  const dir = await newPath();
  const cache = await cacheFolder();
  const server = await startServer(kind, { dir }, async ({ dir, port }) => {
    const program = await redisProgram({ cache });
    const file = `${dir}/redis.conf`;
    const lines = [
      "bind 127.0.0.1",
      `dir ${JSON.stringify(dir)}`,
      'save ""',
      "set-proc-title no",
      ...settings(port),
    ];
    await Deno.writeTextFile(file, `${lines.join("\n")}\n`);
    const url = `redis://127.0.0.1:${port}`;
    return { ...program, args: [file], url, appUrl: url };
  });
  await endWithThisProcess(server.pid);
  const { url, appUrl, port, pid } = server;
  return { url, appUrl, port, pid, dir, stop: () => server.stop() };
}
