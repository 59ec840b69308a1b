/** How each symbol was scanned last, by each actor: what is due, what failed, and every try for a while. */
import type { Sql } from "postgres";
import type { SymbolScan, SymbolState } from "../engine/status.ts";
import { storableText } from "./client.ts";

export interface ScanRecord {
  readonly actor: string;
  readonly symbol: string;
  readonly market: string;
  readonly scan_id: string;
  /** Null for a scan out of schedule. */
  readonly slot: Date | null;
  readonly scan: SymbolScan;
}

/** A try to scan a symbol, as it is kept for a while. */
export interface PastScan
  extends
    Omit<ScanRecord, "actor" | "scan">,
    Omit<SymbolScan, "calls" | "market_calls">,
    Pick<SymbolState, "market_calls"> {
  readonly started_at: Date;
  /** When it ended. */
  readonly tried_at: Date;
  readonly calls: number;
}

/** What the scans of one actor say as a whole. */
export interface ScanSummary {
  readonly actor: string;
  readonly last_scanned: Date | null;
  /** Of the newest try of each symbol. */
  readonly calls_per_symbol: number | null;
}

export interface FailingSymbol
  extends Pick<SymbolState, "symbol" | "outcome" | "error"> {
  readonly actor: string;
}

export type SymbolScans = ReturnType<typeof createSymbolScans>;

export function createSymbolScans(sql: Sql) {
  return {
    /**
     * The watched symbols that are still to be scanned for a slot, never scanned ones first, then the oldest.
     * One that failed is due when its time has come, or at another market.
     * @param except what this scan has tried already, in vain
     */
    async due(
      actor: string,
      market: string,
      slot: Date,
      except: readonly string[],
      limit: number,
    ): Promise<string[]> {
      // What is far in the future was left by a clock that ran ahead.
      const rows = await sql<{ symbol: string }[]>`
        select watchlist.symbol from watchlist
        left join symbol_scans as last
          on last.actor = ${actor} and last.symbol = watchlist.symbol
        where watchlist.symbol <> all(${except as string[]}::text[])
          and case
            when last.symbol is null or last.market <> ${market} then true
            when last.next_at is not null then last.next_at <= now()
            else not coalesce(
                last.slot between ${slot} and ${slot}::timestamptz + interval '2 minutes', false)
              and not last.tried_at between ${slot} and now() + interval '2 minutes'
          end
        order by last.tried_at nulls first, place
        limit ${limit}`;
      return rows.map(({ symbol }) => symbol);
    },
    /** Takes failed symbols whose time has come, before all other hosts. */
    async claimFailed(actor: string, limit: number): Promise<string[]> {
      const rows = await sql<{ symbol: string }[]>`
        update symbol_scans set next_at = now() + interval '5 minutes'
        where actor = ${actor} and symbol in (
          select symbol from symbol_scans
          where actor = ${actor} and next_at <= now()
            and symbol in (select symbol from watchlist)
          order by next_at limit ${limit} for update skip locked
        ) returning symbol`;
      return rows.map(({ symbol }) => symbol);
    },
    record: (record: ScanRecord) => write(sql, record),
    /** How one scan of a symbol went; null while it runs, and once it is forgotten. */
    async one(
      actor: string,
      symbol: string,
      scan_id: string,
    ): Promise<PastScan | null> {
      const [row] = await sql<PastScan[]>`
        select symbol, market, scan_id, slot, started_at, tried_at, outcome, error,
          calls, market_calls, published, duration_ms, waited_ms
        from scan_history where actor = ${actor} and symbol = ${symbol}
          and scan_id = ${scan_id} order by tried_at desc limit 1`;
      return row ?? null;
    },
    /** Of the symbols given, or of all: those that were ever scanned, by symbol. */
    async of(
      actor: string,
      symbols?: readonly string[],
    ): Promise<Map<string, SymbolState>> {
      const chosen = symbols
        ? sql`and symbol = any(${symbols as string[]}::text[])`
        : sql``;
      const rows = await sql<StoredState[]>`
        select ${stateColumns(sql)} from symbol_scans
        where actor = ${actor} ${chosen}`;
      return new Map(rows.map((row) => [row.symbol, stateOf(row)]));
    },
    /** Of one symbol, by actor. */
    async ofSymbol(
      actors: readonly string[],
      symbol: string,
    ): Promise<Map<string, SymbolState>> {
      const rows = await sql<(StoredState & { actor: string })[]>`
        select actor, ${stateColumns(sql)} from symbol_scans
        where actor = any(${actors as string[]}::text[]) and symbol = ${symbol}`;
      return new Map(rows.map(({ actor, ...row }) => [actor, stateOf(row)]));
    },
    /** Why no watched symbol can be scanned; null if one can, or if none is watched. */
    async outage(actor: string): Promise<string | null> {
      const [row] = await sql<{ error: string | null }[]>`
        select max(error) as error from watchlist
        left join symbol_scans as last
          on last.actor = ${actor} and last.symbol = watchlist.symbol
        having bool_and(coalesce(outcome in ('unavailable', 'failed'), false))`;
      return row?.error ?? null;
    },
    async summaries(): Promise<ScanSummary[]> {
      return await sql<ScanSummary[]>`
        select actor, max(scanned_at) as last_scanned,
          avg(calls) filter (where outcome = 'ok')::float8 as calls_per_symbol
        from symbol_scans group by actor`;
    },
    /** The symbols of which at least so many actors say that all is well. */
    async wellWith(actors: number): Promise<Set<string>> {
      const rows = await sql<{ symbol: string }[]>`
        select symbol from symbol_scans where outcome = 'ok' group by symbol
        having count(*) >= ${actors}`;
      return new Set(rows.map(({ symbol }) => symbol));
    },
    /** The watched symbols whose newest scan failed. */
    async failing(): Promise<FailingSymbol[]> {
      return await sql<FailingSymbol[]>`
        select actor, symbol, outcome, error
        from symbol_scans join watchlist using (symbol)
        where outcome <> 'ok' order by place`;
    },
    /** How many watched symbols of each actor were neither tried nor added after an instant of its own. */
    async countOverdue(
      since: ReadonlyMap<string, Date>,
    ): Promise<Map<string, number>> {
      const rows = await sql<{ actor: string; count: number }[]>`
        select given.actor, count(*)::int as count
        from unnest(${[...since.keys()]}::text[], ${
        [...since.values()].map((at) => at.toISOString())
      }::timestamptz[]) as given (actor, since)
        cross join watchlist
        left join symbol_scans as last
          on last.actor = given.actor and last.symbol = watchlist.symbol
        where added_at < since and coalesce(tried_at, '-infinity') < since
          and not coalesce(next_at > now(), false)
        group by given.actor`;
      return new Map(rows.map(({ actor, count }) => [actor, count]));
    },
    /** Forgets what is older than so many hours, and symbols that nobody watches; true if there is more. */
    async prune(keepHours: number, limit: number): Promise<boolean> {
      await sql`
        delete from symbol_scans
        where symbol not in (select symbol from watchlist)`;
      const gone = await sql`
        delete from scan_history where id in (
          select id from scan_history
          where tried_at < now() - ${keepHours} * interval '1 hour'
          order by tried_at limit ${limit})`;
      return gone.count === limit;
    },
  };
}

/**
 * What is refused or unknown is tried again after ten minutes, then ever more rarely, up to a day; what may
 * pass at once, then within five minutes.
 */
async function write(
  sql: Sql,
  { actor, symbol, market, scan_id, slot, scan }: ScanRecord,
): Promise<void> {
  const { outcome, published, duration_ms, waited_ms } = scan;
  const error = scan.error === null ? null : storableText(scan.error);
  const calls = Object.values(scan.calls).reduce(
    (sum, count) => sum + count,
    0,
  );
  const lasting = outcome === "refused" || outcome === "unknown";
  const ok = outcome === "ok";
  await sql`
    with given as (
      insert into scan_history (actor, symbol, market, scan_id, slot, started_at, tried_at,
        outcome, error, calls, market_calls, published, duration_ms, waited_ms)
      values (${actor}, ${symbol}, ${market}, ${scan_id}, ${slot},
        now() - ${
    duration_ms + waited_ms
  } * interval '1 ms', now(), ${outcome}, ${error},
        ${calls}, ${
    json(scan.market_calls)
  }::text::jsonb, ${published}, ${duration_ms}, ${waited_ms})
      returning *
    )
    insert into symbol_scans as last (actor, symbol, market, scan_id, slot, started_at, tried_at,
      scanned_at, outcome, error, calls, market_calls, published, duration_ms, waited_ms,
      failures, next_at)
    select actor, symbol, market, scan_id, slot, started_at, tried_at,
      case when ${ok} then tried_at end, outcome, error, calls, market_calls, published,
      duration_ms, waited_ms,
      case when ${ok} then 0 else 1 end,
      case when ${ok} then null when ${lasting} then now() + interval '10 minutes' else now() end
    from given
    on conflict (actor, symbol) do update set
      market = excluded.market, scan_id = excluded.scan_id,
      slot = coalesce(excluded.slot, last.slot),
      started_at = excluded.started_at, tried_at = excluded.tried_at,
      scanned_at = coalesce(excluded.scanned_at, last.scanned_at),
      outcome = excluded.outcome, error = excluded.error, calls = excluded.calls,
      market_calls = excluded.market_calls, published = excluded.published,
      duration_ms = excluded.duration_ms, waited_ms = excluded.waited_ms,
      failures = case when ${ok} then 0 else last.failures + 1 end,
      next_at = case
        when ${ok} then null
        when ${lasting} then now() + least(interval '1 day',
          interval '10 minutes' * 2 ^ least(last.failures, 12))
        else now() + least(interval '5 minutes',
          interval '10 seconds' * (2 ^ least(last.failures, 12) - 1))
      end`;
}

/** An isolate may say anything, and PostgreSQL's JSON takes neither NUL nor half of a surrogate pair. */
const json = (calls: SymbolScan["market_calls"]) =>
  JSON.stringify(
    calls,
    (_, value) => typeof value === "string" ? storableText(value) : value,
  );

type Stored<T> = { [Name in keyof T]: T[Name] };

const stateColumns = (sql: Sql) =>
  sql`symbol, outcome, error, scan_id, slot, tried_at, scanned_at, next_at,
    failures, calls, market_calls, duration_ms, waited_ms`;

type StoredState =
  & Stored<Omit<SymbolState, "slot" | "tried_at" | "scanned_at" | "next_at">>
  & {
    slot: Date | null;
    tried_at: Date;
    scanned_at: Date | null;
    next_at: Date | null;
  };

function stateOf(row: StoredState): SymbolState {
  const { slot, tried_at, scanned_at, next_at } = row;
  return {
    ...row,
    slot: slot?.toISOString() ?? null,
    tried_at: tried_at.toISOString(),
    scanned_at: scanned_at?.toISOString() ?? null,
    next_at: next_at?.toISOString() ?? null,
  };
}
