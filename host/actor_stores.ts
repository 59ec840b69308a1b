/** The connections of an actor's isolate. */
import type { Broker } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import { connectDatabase, isLoginRefused } from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import { createLatestCache } from "../db/latest.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { createWatchlist } from "../db/watchlist.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import type { Measures } from "../engine/measures.ts";
import type { Market } from "../market/market.ts";
import { openMarket } from "../market/open.ts";
import { patiently } from "../wait.ts";
import { askOften } from "./ask_often.ts";
import type { Servers } from "./isolate_settings.ts";
import { createLimits } from "./limits.ts";
import { isBrokerAway } from "./unavailable.ts";

export type ActorStores = ReturnType<typeof openStores>;

const refuse = () =>
  Promise.reject(
    new Error('to ask the market, name "market" in permissions.net'),
  );
const noMarket: Market = {
  name: "none",
  quotes: refuse,
  recommendations: refuse,
  news: refuse,
  search: refuse,
  profile: refuse,
};

export function openStores(
  actor: string,
  {
    databaseUrl,
    redisUrl,
    redisPrefix: prefix,
    market,
    weight,
  }: Servers,
  { marketCalls }: Pick<Measures, "marketCalls">,
  handlesAtOnce: number,
) {
  const sql = connectDatabase(databaseUrl, {
    // One beside, for what pages ask meanwhile.
    max: 1 + handlesAtOnce,
    name: `signalbox ${actor}`,
  });
  const redis = connectRedis(redisUrl, { name: `signalbox-${actor}`, prefix });
  const stopAsking = askOften(sql, redis);
  return {
    sql,
    cache: createLatestCache(redis),
    watchlist: createWatchlist(sql),
    deadLetters: createDeadLetters(sql),
    market: market ? openMarket(market) : () => noMarket,
    limit: createLimits(
      redis,
      market?.providers ?? [],
      (call) => marketCalls.note(call),
    ),
    weight,
    async close() {
      stopAsking();
      await Promise.all([sql.end({ timeout: 5 }), disconnectRedis(redis)]);
    },
  };
}

/** While the broker is away an isolate waits and beats: ending it would mend nothing. */
export function reachBroker(
  name: string,
  { brokerUrl, claimAfterMs, redisPrefix }: Servers,
  log: Log,
): Promise<Broker> {
  const clientName = `signalbox-${name}`;
  return patiently(
    () => connectBroker(brokerUrl, { claimAfterMs, clientName, redisPrefix }),
    {
      // Refused like this, the host itself was let in before.
      isUnavailable: (error) => isBrokerAway(error) || isLoginRefused(error),
      onWait(error, attempt) {
        if (attempt === 1) log.warn("waiting", { error: explain(error) });
      },
    },
  );
}
