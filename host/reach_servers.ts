/** The servers that a host needs: waited for, however long they take, and found to be its own. */
import { connectBroker } from "../broker/open.ts";
import type { Config } from "../config.ts";
import { isUnavailable } from "../db/client.ts";
import {
  claimRedis,
  deploymentId,
  isEmptied,
  pausedActors,
  recordIncident,
} from "../db/deployment.ts";
import { migrate } from "../db/migrate.ts";
import { connectRedis, disconnectRedis, untilAnswers } from "../db/redis.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { DeadlineError, patiently } from "../wait.ts";
import { openActorRights } from "./actor_rights.ts";
import { refusalOf } from "./advice.ts";
import type { ActorCatalog } from "./catalog.ts";
import type { Recorder } from "./recorder.ts";
import type { Stores } from "./stores.ts";
import { isBrokerAway } from "./unavailable.ts";

export interface StartUp {
  readonly config: Config;
  readonly root: URL;
  readonly catalog: ActorCatalog;
  readonly stores: Stores;
  readonly log: Log;
  readonly recorder: Pick<Recorder, "tell">;
  readonly signal: AbortSignal;
  /** Called with what start-up waits for. */
  readonly onMissing: (missing: string) => void;
}

/** After this it is told what keeps the connection to Redis from standing. */
const answerMs = 2_000;

/** Resolves once every server answers and its tables are there. */
export async function reachServers(options: StartUp) {
  const { config, stores: { sql, redis, watchlist } } = options;
  await reach(options, "PostgreSQL", () => migrateScope(options, "core"));
  const id = await reach(options, "PostgreSQL", () => deploymentId(sql));
  await reach(options, "Redis", () => untilAnswers(redis, answerMs));
  await reach(options, "Redis", () => tellIfEmptied(options));
  await reach(options, "Redis", () => claimRedis(id, redis));
  await reach(options, "PostgreSQL", () => watchlist.seed(config.watchlist));
  const paused = await reach(options, "PostgreSQL", () => pausedActors(sql));
  const { brokerUrl, claimAfterMs, redisPrefix } = config;
  const open = () => connectBroker(brokerUrl, { claimAfterMs, redisPrefix });
  const broker = await reach(options, "the broker", open);
  if (brokerUrl !== config.redisUrl && brokerUrl.startsWith("redis")) {
    await reach(options, "the broker", () => claimBroker(id, config));
  }
  const { log } = options;
  const rights = await reach(
    options,
    "PostgreSQL",
    () => openActorRights(config, sql, log),
  );
  return { id, paused, broker, rights };
}

/** Before Redis is claimed: so it is told at the next start if this one ends here. */
async function tellIfEmptied(
  { config, catalog, stores: { sql, redis }, log }: StartUp,
): Promise<void> {
  if (config.brokerUrl !== config.redisUrl) return;
  if (!await isEmptied(sql, redis, catalog.names)) return;
  const detail =
    "Redis knows nothing of this deployment, which has run before: " +
    "what was not handled is gone; latest values come back from PostgreSQL";
  log.warn(detail);
  const host = Deno.hostname();
  await recordIncident(sql, {
    actor: null,
    kind: "redis-emptied",
    detail,
    host,
  });
}

/** The groups that share events out are there. */
async function claimBroker(
  id: string,
  { brokerUrl, redisPrefix: prefix }: Config,
): Promise<void> {
  const redis = connectRedis(brokerUrl, { name: "signalbox", prefix });
  try {
    await claimRedis(id, redis);
  } finally {
    await disconnectRedis(redis);
  }
}

/** Brings the tables of the core, or of an actor, up to date; what is applied stays so. */
export async function migrateScope(
  { stores: { sql }, root, log }: StartUp,
  scope: string,
): Promise<void> {
  const path = scope === "core" ? "db/migrations/" : `actors/${scope}/`;
  for (const file of await migrate(sql, scope, new URL(path, root))) {
    log.info("migrated", { file });
  }
}

/** Tries until the server answers, and says meanwhile which one does not. */
export function reach<T>(
  { log, onMissing, signal }: StartUp,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  return patiently(work, {
    isUnavailable: (error) =>
      isUnavailable(error) || isBrokerAway(error) ||
      error instanceof DeadlineError,
    signal,
    onWait: (error, attempt) => {
      const missing = refusalOf(what, explain(error));
      onMissing(missing);
      if (attempt === 1 || attempt % 10 === 0) {
        log.warn(`${missing}; trying again`, { attempt });
      }
    },
  });
}
