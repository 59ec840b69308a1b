/** Starts Signalbox: the configuration, the actors, the web side; and stops it in the reverse order. */
import { ConfigError, loadConfig } from "./config.ts";
import { createLog, explain } from "./runtime/log.ts";
import { startSystem } from "./runtime/system.ts";
import { createApp } from "./web/app.ts";
import type { State } from "./web/define.ts";
import project from "./deno.json" with { type: "json" };

const root = new URL("./", import.meta.url);

try {
  await run();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof TypeError)) {
    throw error;
  }
  console.error(error.message);
  Deno.exit(1);
}

async function run(): Promise<void> {
  const config = loadConfig(Deno.env);
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    name: "main",
  });
  const { services, started, stop } = await startSystem(
    config,
    root,
    project.version,
    log,
  );
  const app = await createApp<State>({ root, state: () => ({ services }) });
  const leaving = new AbortController();
  const server = Deno.serve({
    hostname: config.host,
    port: config.port,
    automaticCompression: true,
    signal: leaving.signal,
    onListen: ({ hostname, port }) =>
      log.info(`Signalbox is at http://${hostname}:${port}`, {
        market: config.market.provider,
      }),
  }, app.fetch);

  let asked = false;
  const leave = (reason: string) => {
    if (asked) Deno.exit(1);
    asked = true;
    log.info(`${reason}: finishing what is in hand`, {
      upToMs: config.drainMs,
    });
    void stop().finally(() => leaving.abort());
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => leave(signal));
  }
  started.then(() => log.info("ready"), (error) => {
    if (asked) return;
    log.error("cannot start", { error: explain(error) });
    Deno.exitCode = 1;
    leave("start-up failed");
  });
  await server.finished;
}
