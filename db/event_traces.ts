/** Where the newest value of each symbol came from, for each actor. */
import type { Sql } from "postgres";
import type { EventTrace } from "../engine/trace.ts";
import { storableText } from "./client.ts";

export interface StoredTrace extends EventTrace {
  /** The consumer that stored it. */
  readonly host: string;
}

export type EventTraces = ReturnType<typeof createEventTraces>;

const columns = (sql: Sql) =>
  sql`symbol, event_id, at, position, published_at, delivered_at, attempts,
    stored_at, host, trace_id`;

export function createEventTraces(sql: Sql) {
  const one = async (condition: ReturnType<Sql>) => {
    const [row] = await sql<StoredTrace[]>`
      select ${columns(sql)} from event_traces where ${condition} limit 1`;
    return row ?? null;
  };
  return {
    /** Keeps of each symbol the newest by market time, then by when it was published: a replay changes nothing. */
    async record(
      actor: string,
      host: string,
      traces: readonly EventTrace[],
    ): Promise<void> {
      if (!traces.length) return;
      await sql`
        insert into event_traces as known (actor, symbol, event_id, at, position,
          published_at, delivered_at, attempts, stored_at, host, trace_id)
        select ${actor}, symbol, event_id, at, position, to_timestamp(published / 1e3),
          to_timestamp(delivered / 1e3), attempts, to_timestamp(stored / 1e3), ${host}, trace_id
        from unnest(
          ${traces.map(({ symbol }) => storableText(symbol))}::text[],
          ${traces.map(({ event_id }) => storableText(event_id))}::text[],
          ${traces.map(({ at }) => at)}::text[],
          ${traces.map(({ position }) => position)}::text[],
          ${traces.map((one) => one.published_at.getTime())}::float8[],
          ${traces.map((one) => one.delivered_at.getTime())}::float8[],
          ${traces.map((one) => one.stored_at.getTime())}::float8[],
          ${traces.map(({ attempts }) => attempts)}::int[],
          ${traces.map(({ trace_id }) => trace_id)}::text[]
        ) as given (symbol, event_id, at, position, published, delivered, stored, attempts, trace_id)
        -- In order, so that two hosts cannot deadlock.
        order by symbol
        on conflict (actor, symbol) do update set event_id = excluded.event_id,
          at = excluded.at, position = excluded.position,
          published_at = excluded.published_at, delivered_at = excluded.delivered_at,
          attempts = excluded.attempts, stored_at = excluded.stored_at,
          host = excluded.host, trace_id = excluded.trace_id
        where (excluded.at, excluded.published_at) > (known.at, known.published_at)`;
    },
    /** Of one symbol, by actor. */
    async of(
      actors: readonly string[],
      symbol: string,
    ): Promise<Map<string, StoredTrace>> {
      const rows = await sql<(StoredTrace & { actor: string })[]>`
        select actor, ${columns(sql)} from event_traces
        where actor = any(${actors as string[]}::text[])
          and symbol = ${storableText(symbol)}`;
      return new Map(rows.map(({ actor, ...trace }) => [actor, trace]));
    },
    /** Of the event at a position of the actor's stream, if it is the newest of its symbol. */
    at: (actor: string, position: string) =>
      one(sql`actor = ${actor} and position = ${storableText(position)}`),
    byId: (actor: string, id: string) =>
      one(sql`actor = ${actor} and event_id = ${storableText(id)}`),
  };
}
