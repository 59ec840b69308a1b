/** What users of Redis may do: an actor's isolate with its own keys, and Signalbox with its own. */
import { createHash } from "node:crypto";
import type { Login } from "./actor_login.ts";

/** What every name in Redis begins with. */
const prefix = "signalbox";

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

/** The rules of Signalbox's own user; docs/deploy.md shows them. */
export const ownRules =
  `~${prefix}:* &${prefix}:* -@all ${ownCommands} +acl|setuser +acl|save`;

/** The words after `ACL SETUSER`: whatever the user had before is gone. */
export function userOf(
  { user, password }: Login,
  actor: string,
  database: number,
): string[] {
  return [user, "reset", "on", `#${digest(password)}`, "resetchannels"]
    .concat(rulesOf(actor, database).split(" "));
}

/** Its stream, its latest values, its consumers' leases, the bucket of the market's calls, the changes. */
function rulesOf(actor: string, database: number): string {
  const keys = [
    `${prefix}:stream:${actor}`,
    `${prefix}:latest:${actor}`,
    `${prefix}:alive:${prefix}:${actor}:*`,
    `${prefix}:rate:*`,
  ].map((key) => `~${key}`);
  const changes = `&${prefix}:changes${database ? `:${database}` : ""}`;
  // The first database is never asked for.
  const select = database ? ` +select|${database}` : "";
  return `${keys.join(" ")} ${changes} -@all ${actorCommands}${select}`;
}

const digest = (password: string): string =>
  createHash("sha256").update(password).digest("hex");
