/**
 * Serves an application on a port, and waits for nobody without end. Deno's own server has no deadlines
 * (2.9): a connection whose request never ends stays open, also after it was answered. Node's has.
 */
import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Where a request comes from, in the shape that Deno.serve tells it. */
export type Info = Pick<Deno.ServeHandlerInfo<Deno.NetAddr>, "remoteAddr">;

export interface ServeOptions {
  /** A name or an address of this machine. */
  readonly hostname: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly fetch: (
    request: Request,
    info: Info,
  ) => Response | Promise<Response>;
  readonly patience?: Patience | undefined;
}

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** Until a request's headers are there. */
  readonly headersMs: number;
  /** Until all of a request is there. */
  readonly requestMs: number;
  /** Without reading any of its answer. */
  readonly answerMs: number;
  /** Without another request. */
  readonly idleMs: number;
}

/** Proxies keep an idle connection for 60 s: it must not end while they send a request on it. */
const usual: Patience = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 60_000,
  idleMs: 75_000,
};
/** What is being sent when the server stops may go on for so long. */
const lastWordsMs = 1_000;

export interface Server {
  readonly address: Deno.NetAddr;
  /** Takes no more requests, and resolves once the last one is answered or cut off. */
  stop(): Promise<void>;
}

/**
 * Resolves once it listens.
 * @throws if the port is taken, or the address is none of this machine
 */
export async function serve(options: ServeOptions): Promise<Server> {
  const { patience = usual } = options;
  const server = createServer({
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.idleMs,
    connectionsCheckingInterval: Math.min(1_000, patience.headersMs / 2),
  }, listener(options.fetch, patience.answerMs));
  server.listen(options.port, options.hostname);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  return {
    address: { transport: "tcp", hostname: address, port },
    async stop() {
      const closed = once(server, "close");
      server.close();
      const late = setTimeout(() => server.closeAllConnections(), lastWordsMs);
      await closed;
      clearTimeout(late);
    },
  };
}

function listener(fetch: ServeOptions["fetch"], answerMs: number) {
  return getRequestListener(async (request, { incoming: { socket } }) => {
    const { remoteAddress = "unknown", remotePort = 0 } = socket;
    const remoteAddr = {
      transport: "tcp",
      hostname: remoteAddress,
      port: remotePort,
    } as const;
    // What is asked may take its time, as a scan does; reading the answer may not.
    socket.setTimeout(0);
    const response = await fetch(request, { remoteAddr });
    socket.setTimeout(answerMs);
    return response;
  }, { overrideGlobalObjects: false });
}
