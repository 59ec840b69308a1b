/** The newest rows of many symbols, however an actor reads them. */
import type { Sql } from "postgres";
import type { Actor, Observer, RecentQuery, Value } from "./actor.ts";

/** One query where the actor brings it, else one for each symbol, one after the other. */
export async function recentRows(
  actor: Pick<Actor, "history" | "recent"> | Pick<Observer, "history">,
  sql: Sql,
  { symbols, limit }: RecentQuery,
): Promise<Value[]> {
  if ("recent" in actor && actor.recent) {
    return await actor.recent(sql, { symbols, limit });
  }
  const rows: Value[] = [];
  for (const symbol of symbols) {
    rows.push(...await actor.history(sql, { symbol, limit }));
  }
  return rows;
}
