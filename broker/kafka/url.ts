/** What a Kafka address says: `kafka://a:9092,b:9092?partitions=8`. */

export interface KafkaAddress {
  /** `host:port` of the servers to ask first; the others become known from them. */
  readonly hosts: readonly string[];
  /** How many partitions a new topic gets: at most so many consumers of a group share it. */
  readonly partitions: number;
  /** How many copies of a new topic the cluster keeps; -1: as many as its own default. */
  readonly replication: number;
  readonly tls: boolean;
  readonly login?: {
    readonly mechanism: typeof mechanisms[number];
    readonly username: string;
    readonly password: string;
  };
}

const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

// Not the URL class: it knows no list of hosts.
const shape =
  /^kafka(\+ssl)?:\/\/(?:([^:@/]+):([^@/]*)@)?([^/?@]+)\/?(?:\?(.*))?$/;

/**
 * Reads `kafka://` or `kafka+ssl://` (TLS), optionally `user:password@` (SASL), hosts separated by
 * commas (port 9092 unless given), and the parameters `partitions` (4), `replication` (the cluster's
 * default) and `mechanism` (`PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`).
 *
 * @throws {TypeError} if it is not such an address; the message hides the password.
 */
export function parseKafkaUrl(url: string): KafkaAddress {
  const [, ssl, username, password, hosts, query] = shape.exec(url) ?? [];
  if (!hosts) {
    throw new TypeError(
      `not a Kafka address: ${url.replace(/:[^:@/]*@/, ":***@")}; ` +
        "write it like kafka://a:9092,b:9092?partitions=4",
    );
  }
  const parameters = new URLSearchParams(query);
  return {
    hosts: hosts.split(",").map(withPort),
    partitions: positive(parameters, "partitions") ?? 4,
    replication: positive(parameters, "replication") ?? -1,
    tls: ssl !== undefined,
    ...(username && {
      login: {
        mechanism: mechanism(parameters.get("mechanism") ?? "PLAIN"),
        username: decodeURIComponent(username),
        password: decodeURIComponent(password ?? ""),
      },
    }),
  };
}

/** The `host:port` pairs of a Kafka address, for permissions and messages. */
export function kafkaHosts(url: string): string[] {
  return [...parseKafkaUrl(url).hosts];
}

const withPort = (host: string): string =>
  /(^\[.*\]|^[^:]+):\d+$/.test(host) ? host : `${host}:9092`;

function positive(from: URLSearchParams, name: string): number | undefined {
  const text = from.get(name);
  if (text === null) return undefined;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new TypeError(
    `the Kafka address says ${name}=${text}: give a whole number from 1`,
  );
}

function mechanism(text: string): typeof mechanisms[number] {
  const found = mechanisms.find((one) => one === text.toUpperCase());
  if (found) return found;
  throw new TypeError(
    `the Kafka address says mechanism=${text}: it may be ` +
      mechanisms.join(", "),
  );
}
