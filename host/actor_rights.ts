/**
 * As whom each actor's isolate logs in at the servers: as its own role and user wherever that works, else
 * as Signalbox itself, if ACTOR_ROLES allows it.
 */
import type { Sql } from "postgres";
import type { Config } from "../config.ts";
import { readDeployment } from "../db/actor_login.ts";
import { isUnavailable } from "../db/client.ts";
import { ownTables } from "../db/own_tables.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { DeadlineError } from "../wait.ts";
import {
  type LoginServer,
  loginServers,
  type ServerUrls,
} from "./own_logins.ts";

export interface ActorRights {
  /**
   * The URLs that an actor's isolate gets; its tables must be there.
   * @param dir its folder, which ends with a slash
   * @param consumed the streams of others that it reads
   * @throws if a server is away, or if ACTOR_ROLES=required and there is no login for it
   */
  urlsOf(
    actor: string,
    dir: URL,
    consumed: readonly string[],
  ): Promise<ServerUrls>;
  /** Why an actor's isolate logs in as Signalbox itself; null if it does not. */
  sharedBecause(actor: string): string | null;
  close(): Promise<void>;
}

export async function openActorRights(
  config: Config,
  sql: Sql,
  log: Log,
): Promise<ActorRights> {
  const shared = new Map<string, readonly string[]>();
  const sharedBecause = (actor: string) =>
    shared.get(actor)?.join(", and ") ?? null;
  if (config.actorRoles === "off") {
    return {
      urlsOf: (actor) => {
        shared.set(actor, ["ACTOR_ROLES=off"]);
        return Promise.resolve(config);
      },
      sharedBecause,
      close: async () => {},
    };
  }
  const servers = loginServers(config, await readDeployment(sql), sql, log);
  const told = new Set<string>();
  const share = (actor: string, why: string) => {
    if (config.actorRoles === "required") {
      throw new Error(`ACTOR_ROLES=required: ${why}`);
    }
    shared.set(actor, [...shared.get(actor) ?? [], why]);
    // The same for all of them, as a rule.
    if (!told.has(why)) log.warn(`isolates share Signalbox's rights: ${why}`);
    told.add(why);
  };
  return {
    async urlsOf(actor, dir, consumed) {
      shared.delete(actor);
      const tables = await ownTables(actor, dir);
      const { databaseUrl, redisUrl, brokerUrl } = config;
      const urls = { databaseUrl, redisUrl, brokerUrl };
      for (const server of servers) {
        const own = await loginAt(server, actor, tables, consumed);
        if ("problem" in own) share(actor, own.problem);
        else for (const name of server.settings) urls[name] = own.url;
      }
      return urls;
    },
    sharedBecause,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

const isAway = (error: unknown): boolean =>
  isUnavailable(error) || error instanceof DeadlineError;

/** The URL with the actor's login, or what is in the way, and the way out. */
async function loginAt(
  server: LoginServer,
  actor: string,
  tables: readonly string[],
  consumed: readonly string[],
): Promise<{ url: string } | { problem: string }> {
  for (let tries = 1;; tries++) {
    try {
      return { url: await server.login(actor, tables, consumed) };
    } catch (error) {
      // One that is away for everybody, and not for this login alone, is waited for.
      if (isAway(error)) await server.ping();
      if (tries < 2) continue;
      return {
        problem: `no logins of their own at ${server.name} ` +
          `(${explain(error)}): let an administrator run what ` +
          `"deno task ctl roles --print" says, or set ACTOR_ROLES=off`,
      };
    }
  }
}
