/** Servers whose parent was killed. */
import { cacheFolder } from "./servers.ts";
import { endWithThisProcess, newPath } from "./run_folder.ts";

/** A new folder for a server, removed at the end of the test process. */
export async function serverFolder(): Promise<string> {
  const folder = await newPath();
  await Deno.mkdir(folder, { mode: 0o755 });
  return folder;
}

/** Starts a server in a process of its own and ends that one by SIGKILL, as soon as the server is up. */
export async function orphan(
  kind: "postgres" | "redis",
  dir: string,
): Promise<{ url: string; pid: number }> {
  const start = kind === "postgres" ? "startPostgres" : "startRedis";
  const module = new URL(`../../dev/${kind}.ts`, import.meta.url);
  const options = JSON.stringify({ dir, cache: await cacheFolder() });
  const script = `
    import { ${start} } from "${module}";
    const { url, pid } = await ${start}(${options});
    console.log(JSON.stringify({ url, pid }));
    Deno.kill(Deno.pid, "SIGKILL");`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stderr: "inherit",
  }).output();
  const server = JSON.parse(new TextDecoder().decode(stdout));
  await endWithThisProcess(server.pid);
  return server;
}
