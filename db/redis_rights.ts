/** What users of Redis may do: an actor's isolate with its own keys, and Signalbox with its own. */
import { createHash } from "node:crypto";
import type { Login } from "./actor_login.ts";
import { defaultPrefix, redisNames } from "./redis_names.ts";

/** What each connection says of itself, and asks of the server. */
const connection = "+ping +hello +info +client|setname +client|id " +
  "+client|unblock +eval +evalsha";

const groups =
  "+xack +xautoclaim +xclaim +xinfo +xlen +xpending +xrange +xrevrange " +
  "+xreadgroup";

/** Of the queue for calls to the market; see rate_limit.ts. */
const queue = "+hdel +hincrbyfloat +pexpire +zadd +zrem +zcard +zcount " +
  "+zrange +zrank +zscore +zremrangebyscore";

const actorCommands =
  `${connection} +get +set +mget +del +exists +time +publish ` +
  `+hget +hset +hmget ${queue} +xadd ${groups} +xgroup|create +xgroup|delconsumer`;

const ownCommands = `${connection} +select +config|get +script|load ` +
  "+get +set +setnx +mget +del +exists +pttl +time +publish +subscribe " +
  "+unsubscribe +hget +hset +hkeys +hmget +hvals " +
  `${queue} +xadd ${groups} +xgroup +xtrim`;

/** The rules of Signalbox's own user, with the usual prefix; docs/deploy.md shows them. */
export const ownRules =
  `~${defaultPrefix}:* &${defaultPrefix}:* -@all ${ownCommands} +acl|setuser +acl|save`;

/**
 * The words after `ACL SETUSER`: whatever the user had before is gone.
 * @param consumed the streams of others that it reads, in its own group
 */
export function userOf(
  { user, password }: Login,
  actor: string,
  database: number,
  prefix?: string,
  consumed: readonly string[] = [],
): string[] {
  return [user, "reset", "on", `#${digest(password)}`, "resetchannels"]
    .concat(rulesOf(actor, database, prefix, consumed).split(" "));
}

/** Its stream and those that it consumes, its latest values, its consumers' leases, the mark of its group, the bucket of the market's calls, the changes. */
function rulesOf(
  actor: string,
  database: number,
  prefix: string | undefined,
  consumed: readonly string[],
): string {
  const names = redisNames(prefix);
  const group = names.group(actor);
  const keys = [
    names.stream(actor),
    names.latest(actor),
    names.alive(group, "*"),
    names.known(group),
    names.rate("*"),
    ...consumed.map((topic) => names.stream(topic)),
    ...consumed.map((topic) => names.known(`${group}:${topic}`)),
  ].map((key) => `~${key}`);
  const changes = `&${names.changes(database)}`;
  // The first database is never asked for.
  const select = database ? ` +select|${database}` : "";
  return `${keys.join(" ")} ${changes} -@all ${actorCommands}${select}`;
}

const digest = (password: string): string =>
  createHash("sha256").update(password).digest("hex");
