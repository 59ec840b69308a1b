/** `ctl roles`: makes the logins that keep actors apart at the servers, or says how an administrator makes them. */
import type { Redis } from "ioredis";
import { readServerUrls } from "../config.ts";
import { type Deployment, loginOf, readDeployment } from "../db/actor_login.ts";
import { connectDatabase, isSystemFault } from "../db/client.ts";
import { ownTables } from "../db/own_tables.ts";
import { connectRedis, disconnectRedis, redactUrl } from "../db/redis.ts";
import { redisUser } from "../db/redis_users.ts";
import { grantTables, makeRole, roleStatements } from "../db/roles.ts";
import { actorFolders } from "../engine/discovery.ts";
import { deadline } from "../wait.ts";
import { command, UsageError } from "./command.ts";

const folder = new URL("../actors/", import.meta.url);

export const roles = command({
  words: "",
  flags: {
    print: {
      type: "boolean",
      help: "Changes nothing: prints the statements for psql and redis-cli.",
    },
  },
  summary: "Gives each signal a role in PostgreSQL and a user in Redis.",
  details:
    `With them, what runs for one signal reaches its own tables and keys, and no others. Signalbox makes them
by itself at each start if its own users may (createrole; +acl|setuser): this is for when they may not. It
uses DATABASE_URL and REDIS_URL (BROKER_URL too, if that is another Redis): run it with the URLs of
administrators, or run what --print says. Then start Signalbox again. Running it again changes nothing.`,
  async run(_words, { env, flags, answer }) {
    const urls = serversOf(env);
    const names = await actorFolders(folder);
    const sql = connectDatabase(urls.databaseUrl, { max: 1, name: "ctl" });
    try {
      const deployment = await deploymentIn(sql);
      const consumed = new Map<string, string[]>();
      for (const name of names) consumed.set(name, await consumedBy(name));
      const userAt: UserAt = (url, name) =>
        redisUser(
          url,
          deployment,
          name,
          urls.redisPrefix,
          consumed.get(name) ?? [],
        );
      if (flags.print) {
        const texts = printed(urls, deployment, userAt, names);
        return answer(texts, Object.values(texts).flat().join("\n"));
      }
      for (const name of names) {
        const login = loginOf(deployment, "PostgreSQL", name);
        await makeRole(sql, login);
        const tables = await ownTables(name, new URL(`${name}/`, folder));
        await grantTables(sql, login, tables);
      }
      for (const url of urls.redisUrls) {
        await makeUsers(url, userAt, names);
      }
      answer(
        { signals: names },
        `${names.join(", ")}: roles and users are there; start Signalbox again`,
      );
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
});

/** As the text of its module has it, which nobody but its isolate loads. */
async function consumedBy(name: string): Promise<string[]> {
  const file = new URL(`${name}/mod.ts`, folder);
  const text = await Deno.readTextFile(file).catch(() => "");
  const [, list = ""] = /^ {2}consumes: \[([^\]]*)\]/m.exec(text) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, topic]) => topic!);
}

interface Urls {
  readonly databaseUrl: string;
  readonly redisUrls: readonly string[];
  readonly redisPrefix: string;
}

/** The words after `ACL SETUSER` for a signal, at the Redis of the URL. */
type UserAt = (url: string, name: string) => string[];

function serversOf(env: Record<string, string>): Urls {
  const { databaseUrl, redisUrl, brokerUrl, redisPrefix } = readServerUrls(env);
  if (!databaseUrl || !redisUrl) {
    throw new UsageError(
      "roles needs DATABASE_URL and REDIS_URL; deno task dev makes the roles of its private servers by itself",
    );
  }
  const others = brokerUrl?.startsWith("redis") ? [brokerUrl] : [];
  const redisUrls = [...new Set([redisUrl, ...others])];
  return { databaseUrl, redisUrls, redisPrefix };
}

async function deploymentIn(
  sql: Parameters<typeof readDeployment>[0],
): Promise<Deployment> {
  try {
    return await readDeployment(sql);
  } catch (cause) {
    if (!isSystemFault(cause)) throw cause;
    throw new Error(
      "DATABASE_URL: this database has no tables of this release: start Signalbox with it once",
      { cause },
    );
  }
}

/** Hashes stand there in place of passwords. */
function printed(
  { redisUrls }: Urls,
  deployment: Deployment,
  userAt: UserAt,
  names: readonly string[],
) {
  const statements = names.flatMap((name) =>
    roleStatements(loginOf(deployment, "PostgreSQL", name))
  );
  const users = redisUrls.flatMap((url) =>
    names.map((name) => userAt(url, name).join(" "))
  );
  return {
    postgresql: [
      "-- psql, as a superuser or a role with createrole:",
      ...statements.map((statement) => `${statement};`),
    ],
    redis: [
      "# redis-cli, or without ACL SETUSER, after `user`, in the file of aclfile:",
      ...[...new Set(users)].map((user) => `ACL SETUSER ${user}`),
    ],
  };
}

const answerMs = 10_000;

async function makeUsers(
  url: string,
  userAt: UserAt,
  names: readonly string[],
): Promise<void> {
  const redis = connectRedis(url, { name: "ctl" });
  try {
    const late = `the Redis at ${redactUrl(url)} does not answer`;
    await deadline(setAll(redis, url, userAt, names), answerMs, late);
  } finally {
    await disconnectRedis(redis);
  }
}

async function setAll(
  redis: Redis,
  url: string,
  userAt: UserAt,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    await redis.call("ACL", "SETUSER", ...userAt(url, name));
  }
  // Where users stand in a file; elsewhere they last until Redis restarts.
  await redis.call("ACL", "SAVE").catch(() => {});
}
