/** Keeps the actors' users at a Redis: it forgets them when it restarts without a file, or fails over. */
import { deadline } from "../wait.ts";
import { type Deployment, loginOf } from "./actor_login.ts";
import { connectRedis, disconnectRedis } from "./redis.ts";
import { userOf } from "./redis_rights.ts";
import { parseRedisUrl } from "./redis_url.ts";

/** Somebody may also have removed one, or loaded an older file. */
const againEveryMs = 10_000;
const answerMs = 5_000;

export interface RedisUsers {
  /** Makes the actor's user, and keeps it. @throws if we may not */
  make(actor: string, consumed: readonly string[]): Promise<void>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** Over a connection of its own, on which the users are made again before anything else is asked. */
export function keepRedisUsers(
  url: string,
  deployment: Deployment,
  prefix: string,
  onFailure: (error: unknown) => void,
): RedisUsers {
  const kept = new Map<string, string[]>();
  const redis = connectRedis(url, { name: "signalbox-users" });
  const set = (user: readonly string[]) =>
    deadline(redis.call("ACL", "SETUSER", ...user), answerMs, "no answer");
  const save = () => redis.call("ACL", "SAVE").catch(() => {}); // it has no file, or keeps us from it
  const again = async () => {
    if (redis.status !== "ready" || !kept.size) return;
    await Promise.all([...kept.values()].map(set)).catch(onFailure);
  };
  redis.on("ready", () => void again().then(save));
  const timer = setInterval(again, againEveryMs);
  return {
    async make(actor, consumed) {
      const user = redisUser(url, deployment, actor, prefix, consumed);
      await set(user);
      kept.set(actor, user);
      await save();
    },
    ping: () => deadline(redis.ping(), answerMs, "no answer"),
    async close() {
      clearInterval(timer);
      await disconnectRedis(redis);
    },
  };
}

/** The words after `ACL SETUSER` for an actor, at the database that the URL names. */
export function redisUser(
  url: string,
  deployment: Deployment,
  actor: string,
  prefix: string,
  consumed: readonly string[],
): string[] {
  const { db = 0 } = parseRedisUrl(url).options;
  return userOf(
    loginOf(deployment, "Redis", actor),
    actor,
    db,
    prefix,
    consumed,
  );
}
