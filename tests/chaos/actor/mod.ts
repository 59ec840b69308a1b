/**
 * The actor under test: stores its events as any actor does, and obeys what they tell it to do to its
 * isolate. It is copied to `actors/chaos/` of the copy of the project that the chaos test runs.
 */
import type { Sql } from "postgres";
import { z } from "zod";
import {
  type ActorEvent,
  defineActor,
  type HandleContext,
  type HistoryQuery,
} from "../../../engine/actor.ts";
import { deeds, obey } from "./deeds.ts";

export const schema = z.object({
  n: z.number().int(),
  deed: z.enum(["none", ...deeds]),
  /** Done the first time only; otherwise each time: poison. */
  once: z.boolean(),
  /** Before or after the batch is committed. */
  when: z.enum(["before", "after"]),
});

export type ChaosData = z.infer<typeof schema>;

export default defineActor<ChaosData>({
  name: "chaos",
  title: "Chaos",
  description: "Events that do harm, and events that do none.",
  schedule: "0 0 1 1 *",
  version: 1,
  schema,
  permissions: { net: [] },
  async *produce() {},
  handle,
  history,
});

async function handle(
  events: readonly ActorEvent<ChaosData>[],
  ctx: HandleContext,
): Promise<void> {
  await obey(events, "before", ctx);
  await ctx.sql`
    insert into chaos_events (id, symbol, at, n)
    select distinct on (id) * from unnest(
      ${events.map(({ id }) => id)}::text[],
      ${events.map(({ symbol }) => symbol)}::text[],
      ${events.map(({ at }) => at)}::timestamptz[],
      ${events.map(({ data }) => data.n)}::integer[]
    ) as given (id, symbol, at, n)
    order by id
    on conflict (id) do update set times = chaos_events.times + 1`;
  await obey(events, "after", ctx);
}

interface Row {
  readonly id: string;
  readonly symbol: string;
  readonly at: Date;
}

const toValue = ({ at, ...row }: Row) => ({ ...row, at: at.toISOString() });

async function history(sql: Sql, { symbol, limit }: HistoryQuery) {
  const rows = await sql<Row[]>`
    select symbol, at, id from chaos_events where symbol = ${symbol}
    order by at desc limit ${limit}`;
  return rows.map(toValue).reverse();
}
