/** The connections of a host and what it keeps in them; each isolate has its own (run_actor.ts). */
import type { Config } from "../config.ts";
import { createAlertOutbox } from "../db/alert_outbox.ts";
import { createAlerts } from "../db/alerts.ts";
import { connectDatabase } from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import { createEventTraces } from "../db/event_traces.ts";
import { createJournal } from "../db/journal.ts";
import {
  type Change,
  createLatestCache,
  listenForChanges,
} from "../db/latest.ts";
import { createPipelineStore } from "../db/pipeline.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { createSymbolScans } from "../db/symbol_scans.ts";
import { createLists } from "../db/lists.ts";
import { createTableSizes } from "../db/table_sizes.ts";
import { createUnsure } from "../db/unsure.ts";
import { createWatchlist } from "../db/watchlist.ts";
import { openMarket } from "../market/open.ts";
import { patiently } from "../wait.ts";
import { adding, confirming, searching } from "./callers.ts";
import { createHostMeasures } from "./measures.ts";
import { createLimits } from "./limits.ts";

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
  const measures = createHostMeasures();
  const { providers } = config.market;
  const limit = createLimits(redis, providers, measures.called);
  const market = openMarket(config.market);
  return {
    sql,
    redis,
    limit,
    measures,
    scans: createSymbolScans(sql),
    cache: createLatestCache(redis),
    watchlist: createWatchlist(sql, config.watchlistLimit),
    lists: createLists(sql),
    unsure: createUnsure(sql),
    deadLetters: createDeadLetters(sql),
    tableSizes: createTableSizes(sql),
    traces: createEventTraces(sql),
    pipeline: createPipelineStore(sql),
    journal: createJournal(sql),
    alerts: createAlerts(sql),
    outbox: createAlertOutbox(sql),
    /** To ask whether there is a symbol, and to search. */
    market: market(limit.of(adding)),
    searched: market(limit.of(searching)),
    confirming: market(limit.of(confirming)),
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
