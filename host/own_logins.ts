/** Logins of the actors at each server: made if we may, an administrator's if he made them, tried in any case. */
import type { Sql } from "postgres";
import type { Config } from "../config.ts";
import { type Deployment, loginOf, withLogin } from "../db/actor_login.ts";
import { connectDatabase } from "../db/client.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { keepRedisUsers } from "../db/redis_users.ts";
import { grantTables, makeRole } from "../db/roles.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { deadline } from "../wait.ts";

export type ServerUrls = Pick<Config, "databaseUrl" | "redisUrl" | "brokerUrl">;

export interface LoginServer {
  readonly name: "PostgreSQL" | "Redis";
  /** The settings that name it. */
  readonly settings: readonly (keyof ServerUrls)[];
  /**
   * Resolves once the actor can log in with all its rights, to the server's URL with that login.
   * @param tables the actor's own
   * @param consumed the streams of others that it reads
   * @throws if it cannot
   */
  login(
    actor: string,
    tables: readonly string[],
    consumed: readonly string[],
  ): Promise<string>;
  /** Answers if the server is there for ourselves. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** None for Kafka, whose rights Signalbox does not set. */
export function loginServers(
  { databaseUrl, redisUrl, brokerUrl, redisPrefix }:
    & ServerUrls
    & Pick<Config, "redisPrefix">,
  deployment: Deployment,
  sql: Sql,
  log: Log,
): LoginServer[] {
  const redis = (url: string, ...settings: (keyof ServerUrls)[]) =>
    redisLogins(url, settings, deployment, redisPrefix, log);
  const database = databaseLogins(databaseUrl, deployment, sql);
  if (brokerUrl === redisUrl) {
    return [database, redis(redisUrl, "redisUrl", "brokerUrl")];
  }
  const besides = brokerUrl.startsWith("redis")
    ? [redis(brokerUrl, "brokerUrl")]
    : [];
  return [database, redis(redisUrl, "redisUrl"), ...besides];
}

const loginMs = 5_000;

/** What a pooler says to a login that it does not know may as well be of what it is asked for at the start. */
const isOfPooler = (error: unknown): boolean =>
  /startup parameter/.test(explain(error));
const poolerText =
  "DATABASE_URL leads to a pooler, which knows no logins of signals";

function databaseLogins(
  url: string,
  deployment: Deployment,
  sql: Sql,
): LoginServer {
  const tryOut = async (own: string) => {
    const client = connectDatabase(own, { max: 1, name: "signalbox login" });
    try {
      await deadline(client`select`, loginMs, "no answer");
    } finally {
      await client.end({ timeout: 0 });
    }
  };
  return {
    name: "PostgreSQL",
    settings: ["databaseUrl"],
    async login(actor, tables) {
      const login = loginOf(deployment, "PostgreSQL", actor);
      const own = withLogin(url, login);
      try {
        await tryOut(own);
      } catch (error) {
        if (isOfPooler(error)) throw new Error(poolerText);
        await makeRole(sql, login);
        await tryOut(own);
      }
      await grantTables(sql, login, tables);
      return own;
    },
    ping: () => sql`select`,
    close: async () => {},
  };
}

function redisLogins(
  url: string,
  settings: LoginServer["settings"],
  deployment: Deployment,
  prefix: string,
  log: Log,
): LoginServer {
  const users = keepRedisUsers(url, deployment, prefix, (error) => {
    log.warn("users of Redis not made again", { error: explain(error) });
  });
  const tryOut = async (own: string) => {
    const client = connectRedis(own, { name: "signalbox-login" });
    const refused = new Promise<never>((_, reject) =>
      client.once("error", reject)
    );
    refused.catch(() => {}); // too late: it works
    try {
      const answer = Promise.race([client.ping(), refused]);
      await deadline(answer, loginMs, "no answer");
    } finally {
      await disconnectRedis(client);
    }
  };
  return {
    name: "Redis",
    settings,
    async login(actor, _tables, consumed) {
      const own = withLogin(url, loginOf(deployment, "Redis", actor));
      const refusal = await users.make(actor, consumed).then(
        () => null,
        (error) => error,
      );
      await tryOut(own).catch((error) => {
        throw refusal ?? error;
      });
      return own;
    },
    ping: () => users.ping(),
    close: () => users.close(),
  };
}
