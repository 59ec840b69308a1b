/** A Kafka that is reached over a bad network: it tells its clients the address of a proxy. */
import { type Proxy, startProxy } from "../support/proxy.ts";
import {
  freePort,
  type KafkaServer,
  type KafkaServerOptions,
  startKafka,
} from "./server.ts";

export interface KafkaBehindProxy {
  readonly server: KafkaServer;
  /** Its `url` is the one to connect to. */
  readonly way: Proxy;
  /** For who must not suffer from the network. */
  readonly directUrl: string;
}

export async function startKafkaBehindProxy(
  options: KafkaServerOptions = {},
): Promise<KafkaBehindProxy> {
  const port = freePort();
  const way = startProxy(`kafka://127.0.0.1:${port}`);
  const advertised = Number(new URL(way.url).port);
  const direct = freePort();
  const listeners = { DIRECT: direct };
  const server = await startKafka({ ...options, port, advertised, listeners });
  return { way, server, directUrl: `kafka://127.0.0.1:${direct}` };
}
