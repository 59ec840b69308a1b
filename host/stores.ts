/** The connections of a host and what it keeps in them; each isolate has its own (run_actor.ts). */
import type { Config } from "../config.ts";
import { connectDatabase } from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import {
  type Change,
  createLatestCache,
  listenForChanges,
} from "../db/latest.ts";
import { createRateLimit } from "../db/rate_limit.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { createWatchlist } from "../db/watchlist.ts";
import { connectMarket } from "../market/open.ts";
import { patiently } from "../wait.ts";

export type Stores = ReturnType<typeof openStores>;

/** Connects in the background: nothing here waits for a server. */
export function openStores({ databaseUrl, redisUrl, ...config }: Config) {
  const { redisPrefix: prefix } = config;
  const sql = connectDatabase(databaseUrl, { max: 6, name: "signalbox" });
  const redis = connectRedis(redisUrl, { name: "signalbox", prefix });
  const subscriber = connectRedis(redisUrl, {
    name: "signalbox-changes",
    prefix,
  });
  const { provider } = config.market;
  const limit = createRateLimit(redis, provider, config.callsPerMinute);
  return {
    sql,
    redis,
    cache: createLatestCache(redis),
    watchlist: createWatchlist(sql),
    deadLetters: createDeadLetters(sql),
    market: connectMarket(config.market, limit),
    /** Calls back for every change from any host, and after a gap; resolves once it listens. */
    async listen(
      listener: (change: Change) => void,
      onGap: () => void,
      signal: AbortSignal,
    ) {
      const listen = () => listenForChanges(subscriber, listener, onGap);
      await patiently(listen, { isUnavailable: () => true, signal });
    },
    async close() {
      await Promise.all([
        sql.end({ timeout: 5 }),
        disconnectRedis(redis),
        disconnectRedis(subscriber),
      ]);
    },
  };
}
