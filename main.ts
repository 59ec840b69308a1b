/** Starts Signalbox: the configuration, the actors, the web side; and stops it in the reverse order. */
import {
  type Config,
  ConfigError,
  loadConfig,
  readLogConfig,
} from "./config.ts";
import { captureConsole, createLog, explain } from "./engine/log.ts";
import { tracedFetch } from "./engine/spans.ts";
import { advised } from "./host/advice.ts";
import { askItself, keepNotified } from "./host/notify.ts";
import { startSystem, type System } from "./host/system.ts";
import { createApp } from "./web/app.ts";
import { NotBuiltError } from "./web/build.ts";
import { serve, type ServeOptions, type Server } from "./web/serve.ts";
import type { State } from "./pages/define.ts";
import project from "./deno.json" with { type: "json" };

const root = new URL("./", import.meta.url);
/** EX_CONFIG: to start it again changes nothing. The unit knows it. */
const toMend = 78;
/** For what comes after draining: closing connections, in milliseconds. */
const graceMs = 5_000;

const { logLevel: level, logFormat: format, logExported: exported } =
  readLogConfig(Deno.env.toObject());
const log = createLog({ level, format, exported, name: "main" });
// Deno would print them in its own words, which are no lines of a log.
addEventListener("error", (event) => {
  event.preventDefault();
  die(event.error ?? event.message);
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  die(event.reason);
});
captureConsole(log);
await run().catch(die);

/** Ends the process at once: nobody knows in what state it is. */
function die(error: unknown): never {
  if (error instanceof ConfigError || error instanceof NotBuiltError) {
    for (const line of error.message.split("\n")) log.error(line);
    Deno.exit(toMend);
  } else {
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("uncaught, which ends this process", { error, stack });
  }
  Deno.exit(1);
}

async function run(): Promise<void> {
  const config = loadConfig(Deno.env);
  const system = await startSystem(config, root, project.version, log);
  const { services } = system;
  const app = await createApp<State>({
    root,
    state: () => ({ services }),
    onError: (error, { url }) => {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error("a page failed", { path: url.pathname, error, stack });
    },
    onStale: log.warn,
  });
  const server = await listen(config, tracedFetch(app.fetch));
  tellSystemd(config, system);
  const left = Promise.withResolvers<void>();
  const leave = leaveOnce(config, system, left.resolve);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => leave(signal));
  }
  system.started.then(() => log.info("ready"), (error) => {
    if (services.leaving.aborted) return;
    log.error("cannot start", { error: advised(explain(error)) });
    Deno.exitCode = 1;
    leave("start-up failed");
  });
  await left.promise;
  await server.stop();
  log.info("stopped");
  Deno.exit();
}

async function listen(
  { host: hostname, port, market }: Config,
  fetch: ServeOptions["fetch"],
): Promise<Server> {
  try {
    const server = await serve({ hostname, port, fetch });
    const { address: at } = server;
    const name = at.hostname.includes(":") ? `[${at.hostname}]` : at.hostname;
    const url = `http://${name}:${at.port}`;
    log.info(`Signalbox is at ${url}`, { market: market.provider });
    return server;
  } catch (error) {
    log.error(
      `PORT, HOST: cannot listen at ${hostname}:${port} (${explain(error)}); ` +
        "choose a free port, and an address of this machine",
    );
    // The port may be free, and the address there, at the next try.
    Deno.exit(1);
  }
}

/** That it listens, not that it is ready: servers that are away are waited for, however long. */
function tellSystemd(config: Config, { services }: System): void {
  if (config.supervised === null) return;
  keepNotified({
    to: config.supervised,
    ask: () => askItself(config, services.status),
    log,
    signal: services.leaving,
  }).catch((error) => log.error("systemd cannot be told", { error }));
}

/** The first call drains and then calls `onDrained`; the second one ends the process. */
function leaveOnce(
  config: Config,
  system: System,
  onDrained: () => void,
): (reason: string) => void {
  let asked = false;
  return (reason) => {
    if (asked) Deno.exit(1);
    asked = true;
    log.info(`${reason}: finishing what is in hand`, {
      upToMs: config.drainMs,
    });
    system.stop()
      .catch((error) => log.error("not stopped cleanly", { error }))
      .finally(onDrained);
    // Servers that are away keep a connection from closing: nothing is in hand any more by then.
    setTimeout(() => {
      log.warn("not stopped in time: ending now");
      Deno.exit(1);
    }, config.drainMs + graceMs);
  };
}
