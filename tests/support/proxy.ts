/** For tests: a bad network between Signalbox and one of its servers, which are real. */
import { sleep } from "../../wait.ts";

export interface Proxy {
  /** A server's URL with this way to it. */
  readonly url: string;
  /** How many connections there are that are not deaf. */
  readonly open: number;
  /** Swallows what is sent over the connections that there are, both ways, and never closes them. */
  deafen(): void;
  /** Holds everything back, also of new connections, until `heal`. */
  stall(): void;
  /** Hands on this many bytes at a time, each time after so long, until `heal`. */
  slow(bytes: number, delayMs: number): void;
  /** Ends each connection in the middle of the next message of its server. */
  cut(): void;
  /** Connections are as they should be again; deaf ones stay deaf. */
  heal(): void;
  close(): Promise<void>;
}

interface Link {
  readonly ends: readonly Deno.Conn[];
  deaf: boolean;
  cut: boolean;
}

export function startProxy(serverUrl: string): Proxy {
  const target = new URL(serverUrl);
  const [hostname, port] = [target.hostname, Number(target.port)];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${listener.addr.port}`;
  const links = new Set<Link>();
  const pumps = new Set<Promise<void>>();
  const weather = createWeather();

  async function accept(): Promise<void> {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname, port }).catch(() => null);
      // Nobody there: the client learns it by the end of its connection.
      if (server) join(client, server);
      else client.close();
    }
  }

  function join(client: Deno.Conn, server: Deno.Conn): void {
    const link: Link = { ends: [client, server], deaf: false, cut: false };
    links.add(link);
    const pump = Promise.all([
      carry(link, client, server),
      carry(link, server, client, true),
    ]).then(() => {
      links.delete(link);
      link.ends.forEach(close);
    });
    pumps.add(pump);
    pump.finally(() => pumps.delete(pump));
  }

  async function carry(
    link: Link,
    from: Deno.Conn,
    to: Deno.Conn,
    answers = false,
  ): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let size; (size = await from.read(buffer)) !== null;) {
        if (link.deaf) continue;
        const cut = answers && link.cut;
        const end = cut ? size >> 1 : size;
        await weather.pass(buffer.subarray(0, end), async (part) => {
          if (!link.deaf) await writeAll(to, part);
        });
        if (cut) break;
      }
    } catch {
      // One of the ends is gone.
    }
    // What is deaf does not hear of an end either.
    if (!link.deaf) link.ends.forEach(close);
  }

  const accepting = accept();
  return {
    url: url.href,
    get open() {
      return [...links].filter(({ deaf }) => !deaf).length;
    },
    deafen: () => links.forEach((link) => link.deaf = true),
    cut: () => links.forEach((link) => link.cut = true),
    ...weather.turns,
    async close() {
      listener.close();
      weather.turns.heal();
      await accepting;
      for (const link of links) link.ends.forEach(close);
      await Promise.all(pumps);
    },
  };
}

/** What all connections have in common. */
function createWeather() {
  let [bytes, delayMs] = [Infinity, 0];
  let gate: PromiseWithResolvers<void> | null = null;
  return {
    async pass(chunk: Uint8Array, write: (part: Uint8Array) => Promise<void>) {
      for (let at = 0; at < chunk.length;) {
        await gate?.promise;
        if (delayMs) await sleep(delayMs);
        const end = Math.min(chunk.length, at + bytes);
        await write(chunk.subarray(at, end));
        at = end;
      }
    },
    turns: {
      stall() {
        gate ??= Promise.withResolvers();
      },
      slow(size: number, ms: number) {
        [bytes, delayMs] = [size, ms];
      },
      heal() {
        [bytes, delayMs] = [Infinity, 0];
        gate?.resolve();
        gate = null;
      },
    },
  };
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

function close(end: Deno.Conn): void {
  try {
    end.close();
  } catch {
    // It is closed.
  }
}
