/** Brings the cache of latest values up to what PostgreSQL holds, where Redis has lost some of it. */
import type { Sql } from "postgres";
import type { LatestCache } from "../db/latest.ts";
import type { Watchlist } from "../db/watchlist.ts";
import type { Actor, Value } from "../engine/actor.ts";

interface Stores {
  readonly sql: Sql;
  readonly cache: Pick<LatestCache, "set">;
  readonly watchlist: Pick<Watchlist, "list">;
}

/** Questions under way at once: enough that the connections are never idle. */
const lanes = 64;

/** Sets the newest row of each watched symbol; the cache itself keeps the newer of two. */
export async function warmCache(
  actor: Pick<Actor, "name" | "history">,
  { sql, cache, watchlist }: Stores,
): Promise<void> {
  const symbols = (await watchlist.list()).map(({ symbol }) => symbol);
  for (let next = 0; next < symbols.length; next += lanes) {
    const rows = await Promise.all(
      symbols.slice(next, next + lanes).map((symbol) =>
        actor.history(sql, { symbol, limit: 1 })
      ),
    );
    const values: Value[] = rows.flat();
    await cache.set(actor.name, values);
  }
}
