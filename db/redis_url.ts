/** What a Redis URL says: one server, or Sentinels that know where the master is. */
import { isIP } from "node:net";
import type { RedisOptions } from "ioredis";

/** `replyMapping` would decide the type of every reply. */
type Options = Omit<RedisOptions, "replyMapping">;

export interface RedisTarget {
  readonly options: Options;
  /** `host:port` of every server that the URL names. */
  readonly hosts: readonly string[];
}

const shape =
  /^(redis|rediss|redis\+sentinel):\/\/(?:(.*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/;

const form = "redis://user:password@host:6379/0, rediss://… for TLS, or " +
  "redis+sentinel://user:password@host:26379,host:26379/master-name/0";

/** The URL for messages: where, but not with which user and password. */
export function redactUrl(url: string): string {
  return url
    // To the last @: a password may hold one that nobody encoded.
    .replace(/^([a-z][a-z0-9+.-]*:\/\/).*@/i, "$1***@")
    .replace(/([?&][a-z]*password=)[^&#]*/gi, "$1***");
}

/**
 * `host:port` of what the URL names, for the `net` permission of a Worker. With Sentinel those are the
 * Sentinels: the masters that they may name have to be granted as well.
 * @throws {TypeError} if it is not a Redis URL
 */
export function redisHosts(url: string): string[] {
  return [...parseRedisUrl(url).hosts];
}

/** @throws {TypeError} if it is not a Redis URL; the message holds no password */
export function parseRedisUrl(url: string): RedisTarget {
  const match = shape.exec(url);
  if (!match) throw refused(url, "it is not a Redis URL");
  const [, scheme, login = "", authority = "", path = "", query = ""] = match;
  const options = credentials(url, login);
  if (scheme === "redis+sentinel") {
    const target = sentinel(url, authority.split(","), path, query);
    return { ...target, options: { ...options, ...target.options } };
  }
  const server = address(url, authority || "localhost", 6379);
  Object.assign(options, server, { db: database(url, path) });
  // The name in the certificate is the one in the URL; an address is compared without being sent.
  if (scheme === "rediss") {
    options.tls = isIP(server.host) ? {} : { servername: server.host };
  }
  return { options, hosts: [join(server)] };
}

function sentinel(
  url: string,
  servers: string[],
  path: string,
  query: string,
): RedisTarget {
  const [name, db = ""] = path.split("/");
  if (!name) throw refused(url, "the name of the master is missing");
  const sentinels = servers.map((server) => address(url, server, 26379));
  const settings = new URLSearchParams(query);
  const username = settings.get("sentinelUsername");
  const password = settings.get("sentinelPassword");
  return {
    hosts: sentinels.map(join),
    options: {
      sentinels,
      name: decodeURIComponent(name),
      db: database(url, db),
      ...(username && { sentinelUsername: username }),
      ...(password && { sentinelPassword: password }),
    },
  };
}

function credentials(url: string, login: string): Options {
  const [, user, password] = /^([^:]*):?(.*)$/.exec(login) ?? [];
  try {
    return {
      ...(user && { username: decodeURIComponent(user) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  } catch {
    throw refused(url, "user or password hold a % that is not encoded as %25");
  }
}

function address(url: string, text: string, defaultPort: number) {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(match?.[2] ?? defaultPort);
  if (!match?.[1] || port > 65535) {
    throw refused(url, `"${text}" is not host:port`);
  }
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}

function database(url: string, text: string): number {
  if (!/^\d*$/.test(text)) {
    throw refused(url, `the database "${text}" is not a number`);
  }
  return Number(text);
}

const join = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

const refused = (url: string, why: string): TypeError =>
  new TypeError(`"${redactUrl(url)}": ${why}; write ${form}`);
