/**
 * How far a run over the old rows of a table is, for whoever goes on with it: what is to be done up to a day, and
 * once more where something older was stored since. It is kept in `thinning`.
 */
import type { Fragment, Sql, TransactionSql } from "postgres";
import type { AgingTable } from "../engine/actor.ts";

export interface KeyRun {
  readonly actor: string;
  /** What the run is kept under: the table that it makes or shrinks. */
  readonly name: string;
  readonly table: AgingTable;
  /** Rows that are so old are done. */
  readonly days: number;
  /** Parts begin and end with it: `1 hour`. */
  readonly bin: string;
}

export interface Place {
  /** The last key that is done. */
  readonly after?: string | undefined;
  /** Of the key behind that: up to here it is done. */
  readonly at?: string | undefined;
}

/** Of all bins: those of a quarter and of an hour begin with the hour everywhere. */
const origin = "2000-01-01T00:00:00Z";

export function binOf(
  tx: Sql | TransactionSql,
  bin: string,
  time: Fragment,
): Fragment {
  return tx`date_bin(${bin}::text::interval, ${time}, ${origin}::timestamptz)`;
}

interface State {
  readonly run_from: string;
  readonly run_to: string;
  readonly run_key: string | null;
  readonly run_at: string | null;
  /** True if there was none under way. */
  readonly begins: boolean;
}

/** The run under way, or a new one; undefined if there is nothing to do. */
export async function beginOrGoOn(
  tx: TransactionSql,
  { actor, name, days, bin }: KeyRun,
): Promise<State | undefined> {
  const own = tx`actor = ${actor} and table_name = ${name}`;
  await tx`
    insert into thinning (actor, table_name) values (${actor}, ${name})
    on conflict do nothing`;
  // Where less is to be done than before, a run under way ends earlier.
  const [state] = await tx<State[]>`
    with bound (until, begins) as (
      select ${binOf(tx, bin, tx`now() - ${days}::int * interval '1 day'`)},
        run_to is null
      from thinning where ${own}
    )
    update thinning set
      run_from = coalesce(run_from, least(done_to, ${
    binOf(tx, bin, tx`again_from`)
  })),
      run_to = least(run_to, until),
      again_from = case when run_to is null then null else again_from end
    from bound
    where ${own} and (run_to is not null or least(done_to, again_from) < until)
    returning run_from::text, run_to::text, run_key, run_at::text, begins`;
  return state;
}

export async function keepPlace(
  tx: TransactionSql,
  { actor, name }: KeyRun,
  next: Place | null,
): Promise<void> {
  const done = next
    ? tx`run_key = ${next.after ?? null},
        run_at = ${next.at ?? null}::text::timestamptz`
    : tx`done_to = run_to, run_from = null, run_to = null, run_key = null,
        run_at = null`;
  await tx`
    update thinning set ${done} where actor = ${actor} and table_name = ${name}`;
}

/** What was stored just now is older than what runs have done already: it is done again. */
export async function noteOlder(
  sql: Sql,
  actor: string,
  oldest: string,
): Promise<void> {
  await sql`
    update thinning set again_from = least(again_from, ${oldest}::timestamptz)
    where actor = ${actor} and (done_to > ${oldest} or run_to > ${oldest})`;
}
