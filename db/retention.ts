/**
 * Old rows of an actor's tables, dropped and thinned in small batches. Each is a transaction of its own, at one
 * host at a time, and none takes longer than a statement or two beyond its budget.
 */
import type { Fragment, Sql, TransactionSql } from "postgres";
import type { AgingTable } from "../engine/actor.ts";

export interface Batch {
  /** How many rows it has deleted. */
  readonly gone: number;
  /** Where the next one goes on; null after the last. */
  readonly next: Place | null;
}

interface Place {
  /** The last key that is done. */
  readonly after?: string | undefined;
  /** Of the key behind that: up to here it is done. */
  readonly at?: string | undefined;
}

/** A transaction ends after so long, in ms, with the statement that it is at. */
const budgetMs = 40;
/** Rows that one statement looks at. */
const atOnce = 1_000;
/** Of the quarters of an hour, which begin with the hour everywhere. */
const quarters = "2000-01-01T00:00:00Z";

export type Retention = ReturnType<typeof createRetention>;

/** By the clock of the database: a host's own one may be wrong, and rows that are gone do not come back. */
export function createRetention(sql: Sql, actor: string) {
  /** Resolves to null if another host is at it. */
  const alone = (work: (tx: TransactionSql) => Promise<Batch>) =>
    sql.begin(async (tx) => {
      const [row] = await tx<{ mine: boolean }[]>`
        select pg_try_advisory_xact_lock(hashtextextended(${`retention ${actor}`}, 0)) as mine`;
      return row!.mine ? await work(tx) : null;
    });
  return {
    /** Deletes rows that are older than so many days. @param from the batch before's `next` */
    drop: (table: AgingTable, days: number, from: Place = {}) =>
      alone((tx) => drop(tx, table, days, from)),
    /** Thins rows that are older than so many days; how far it is, is kept for whoever goes on. */
    thin: (table: AgingTable, days: number) =>
      alone((tx) => thin(tx, actor, table, days)),
    /** What was stored just now is older than what may be thinned already: it is looked at again. */
    async note(oldest: string): Promise<void> {
      await sql`
        update thinning set again_from = least(again_from, ${oldest}::timestamptz)
        where actor = ${actor} and (done_to > ${oldest} or run_to > ${oldest})`;
    },
  };
}

async function drop(
  tx: TransactionSql,
  table: AgingTable,
  days: number,
  { after }: Place,
): Promise<Batch> {
  const name = tx(table.table), at = tx(table.at ?? "at");
  const until = tx`now() - ${days}::int * interval '1 day'`;
  const oldest = async (which: Fragment) => {
    const { count } = await tx`
      delete from ${name} where ctid = any(array(
        select ctid from ${name} where ${which} order by ${at} limit ${atOnce}))`;
    return count;
  };
  const { key } = table;
  if (key === undefined) {
    const gone = await oldest(tx`${at} < ${until}`);
    return { gone, next: gone === atOnce ? {} : null };
  }
  return await keyByKey(tx, table, { after }, async (one) => {
    const own = tx`${tx(key)} = ${one}`;
    const gone = await oldest(tx`${own} and ${at} < ${until}
      and ${at} < (select max(${at}) from ${name} where ${own})`);
    return { gone, at: gone === atOnce ? "" : null };
  });
}

/** A part of one key's rows; `at` says where the next part begins, null that there is none. */
type Part = { readonly gone: number; readonly at: string | null };

/** Does part after part, key after key, until the budget is spent. */
async function keyByKey(
  tx: TransactionSql,
  table: AgingTable,
  { after, at }: Place,
  part: (key: string, at: string | undefined) => Promise<Part>,
): Promise<Batch> {
  const endsAt = performance.now() + budgetMs;
  let gone = 0;
  do {
    const key = await keyBehind(tx, table, after);
    if (key === null) return { gone, next: null };
    const done = await part(key, at);
    gone += done.gone;
    at = done.at ?? undefined;
    if (done.at === null) after = key;
  } while (performance.now() < endsAt);
  return { gone, next: { after, at } };
}

/** The next one in the index: all of them would be read from all rows. */
async function keyBehind(
  tx: TransactionSql,
  { table, key = "" }: AgingTable,
  after: string | undefined,
): Promise<string | null> {
  const behind = after === undefined ? tx`` : tx`where ${tx(key)} > ${after}`;
  const [row] = await tx<{ key: string | null }[]>`
    select min(${tx(key)})::text as key from ${tx(table)} ${behind}`;
  return row!.key;
}

interface Run {
  readonly run_from: string;
  readonly run_to: string;
  readonly run_key: string | null;
  readonly run_at: string | null;
}

async function thin(
  tx: TransactionSql,
  actor: string,
  table: AgingTable,
  days: number,
): Promise<Batch> {
  const run = await runOf(tx, actor, table.table, days);
  if (!run) return { gone: 0, next: null };
  const place = {
    after: run.run_key ?? undefined,
    at: run.run_at ?? undefined,
  };
  const part = (key: string, from = run.run_from) =>
    thinPart(tx, table, key, from, run.run_to);
  const batch = await keyByKey(tx, table, place, part);
  const { next } = batch;
  const done = next
    ? tx`run_key = ${next.after ?? null},
        run_at = ${next.at ?? null}::text::timestamptz`
    : tx`done_to = run_to, run_from = null, run_to = null, run_key = null,
        run_at = null`;
  await tx`
    update thinning set ${done}
    where actor = ${actor} and table_name = ${table.table}`;
  return batch;
}

/** The run under way, or a new one; undefined if there is nothing to do. */
async function runOf(
  tx: TransactionSql,
  actor: string,
  table: string,
  days: number,
): Promise<Run | undefined> {
  await tx`
    insert into thinning (actor, table_name) values (${actor}, ${table})
    on conflict do nothing`;
  const quarter = (time: Fragment) =>
    tx`date_bin('15 minutes', ${time}, ${quarters}::timestamptz)`;
  // Where less is to be thinned than before, a run under way ends earlier.
  const [run] = await tx<Run[]>`
    with bound (until) as (
      select ${quarter(tx`now() - ${days}::int * interval '1 day'`)}
    )
    update thinning set
      run_from = coalesce(run_from, least(done_to, ${quarter(tx`again_from`)})),
      run_to = least(run_to, until),
      again_from = case when run_to is null then null else again_from end
    from bound
    where actor = ${actor} and table_name = ${table}
      and (run_to is not null or least(done_to, again_from) < until)
    returning run_from::text, run_to::text, run_key, run_at::text`;
  return run;
}

/**
 * Thins some quarters of an hour of a key: the first and the last row stay, the lowest and the highest (of equal
 * ones the earliest), and what is spared. To thin them once more changes nothing.
 */
async function thinPart(
  tx: TransactionSql,
  { table, key = "", at = "at", thinBy = "", spare }: AgingTable,
  one: string,
  from: string,
  to: string,
): Promise<Part> {
  const name = tx(table), time = tx(at), value = tx(thinBy);
  const bin = tx`date_bin('15 minutes', ${time}, ${quarters}::timestamptz)`;
  const rows = (until: string) =>
    tx`${tx(key)} = ${one} and ${time} >= ${from}::text::timestamptz
      and ${time} < ${until}::text::timestamptz`;
  // Whole quarters, at least one.
  const [further] = await tx<{ until: string }[]>`
    select greatest(${bin}, (
      select ${bin} + interval '15 minutes' from ${name} where ${rows(to)}
      order by ${time} limit 1))::text as until
    from ${name} where ${rows(to)} order by ${time} offset ${atOnce} limit 1`;
  const until = further?.until ?? to;
  const { count: gone } = await tx`
    with kept (at) as (
      select unnest(array[min(${time}), max(${time}),
        (array_agg(${time} order by ${value}, ${time}))[1],
        (array_agg(${time} order by ${value} desc nulls last, ${time}))[1]])
      from ${name} where ${rows(until)} group by ${bin}
    )
    delete from ${name} where ${rows(until)}
      ${spare === undefined ? tx`` : tx`and ${tx(spare)} is null`}
      and ${time} not in (select at from kept)`;
  return { gone, at: further ? until : null };
}
