/** Brings a private server back when it dies. */
import { lastLines, type Progress, type Server } from "./server.ts";
import { SetupError } from "./setup_error.ts";

export interface KeptServer {
  readonly url: string;
  /** Rejects when the server has died too often; never resolves. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

export interface KeepOptions {
  /** For people: `PostgreSQL`. */
  readonly name: string;
  /** Starts it on its data: the first time on a port of its choice, then on that one again. */
  readonly start: (again?: { port: number }) => Promise<Server>;
  readonly say: Progress;
  /** Restarts allowed within a minute; 5 unless told. */
  readonly restarts?: number;
}

/** Starts a server and keeps it running, at the same address, until `stop`. */
export async function keepRunning(options: KeepOptions): Promise<KeptServer> {
  let server = await options.start();
  const { url, port } = server;
  let stopping = false;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const deaths: number[] = [];
  const watch = async () => {
    while (true) {
      await server.exited;
      if (stopping) return;
      await mourn(server, deaths, options);
      server = await options.start({ port });
      // `stop` may have come meanwhile, and have stopped the dead one.
      if (stopping) return await server.stop();
      options.say(`${options.name} is back.`);
    }
  };
  const watching = watch().catch(lost.reject);
  return {
    url,
    lost: lost.promise,
    async stop() {
      stopping = true;
      await server.stop();
      await watching;
    },
  };
}

async function mourn(
  server: Server,
  deaths: number[],
  { name, say, restarts = 5 }: KeepOptions,
): Promise<void> {
  const now = Date.now();
  deaths.push(now);
  const lately = deaths.filter((at) => at > now - 60_000).length;
  const words = (await lastLines(server.logFile, 8)).join("\n  ");
  say(`${name} ended unexpectedly. Its last words:\n  ${words}`);
  if (lately <= restarts) return;
  throw new SetupError(
    `${name} ended ${lately} times within a minute: see ${server.logFile}.`,
  );
}
