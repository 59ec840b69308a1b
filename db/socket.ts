/** How a connection to PostgreSQL is opened: which host, and TLS as the URL asks for it. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import postgres from "postgres";
import { deadline } from "../wait.ts";
import { isCertificateRefused } from "./errors.ts";

/** Where to, as postgres.js reads it out of a URL and the environment. */
export interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a socket in the file system. */
  readonly path: string | false;
  readonly ssl: unknown;
  readonly sslnegotiation: unknown;
}

/** Reads a database URL; opens nothing. */
export function targetOf(url: string): Target {
  return postgres(url, { max: 0 }).options as unknown as Target;
}

const handshakeMs = 5_000;

/**
 * A socket to one of the hosts, encrypted if that is asked for. It may not be connected yet: what is
 * written waits. It never rejects: postgres.js would lose the place in its pool; what failed is told by
 * the socket, as an error.
 */
export async function openSocket(target: Target, at = 0): Promise<Socket> {
  const host = target.host[at]!;
  try {
    const socket = target.path
      ? connect({ path: target.path })
      : connect({ host, port: target.port[at]!, noDelay: true });
    return target.ssl ? await secure(socket, host, target) : socket;
  } catch (error) {
    return brokenSocket(error as Error);
  }
}

/** One that could not be opened, and tells so once its listeners are there. */
export function brokenSocket(error: Error): Socket {
  const broken = new Socket();
  broken.write = () => true;
  setTimeout(() => broken.destroy(error));
  return broken;
}

const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const yes = "S".charCodeAt(0);

async function secure(socket: Socket, host: string, target: Target) {
  try {
    return await deadline(
      negotiate(socket, host, target),
      handshakeMs,
      "no TLS in time",
    );
  } catch (error) {
    socket.on("error", () => {}).destroy(); // the error is told already
    if (!isCertificateRefused(error)) throw error;
    const { message, code } = error as Error & { code: string };
    const why = `the certificate of the PostgreSQL at ${host} is refused: `;
    throw Object.assign(new Error(why + message), { code });
  }
}

async function negotiate(
  socket: Socket,
  host: string,
  { ssl, sslnegotiation }: Target,
): Promise<Socket> {
  const direct = sslnegotiation === "direct";
  if (!direct) {
    socket.write(request);
    const [answer] = await once(socket, "data") as [Uint8Array];
    if (answer[0] !== yes) {
      if (ssl === "prefer") return socket;
      throw new Error(
        `the PostgreSQL at ${host} takes no TLS, which DATABASE_URL asks for`,
      );
    }
  }
  const secured = connectTls({
    socket,
    // Without it an address would be compared with "localhost".
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ...(direct ? { ALPNProtocols: ["postgresql"] } : {}),
    // As libpq: these encrypt, and do not ask who answers.
    ...(/^(require|allow|prefer)$/.test(String(ssl))
      ? { rejectUnauthorized: false }
      : {}),
  });
  await once(secured, "secureConnect");
  return secured;
}
