/**
 * Old rows of an actor's tables, rolled up, thinned and dropped in small batches. Each is a transaction of its
 * own, at one host at a time, and none takes longer than a statement or two beyond its budget.
 */
import type { Fragment, Sql, TransactionSql } from "postgres";
import type { AgingTable } from "../engine/actor.ts";
import {
  atOnce,
  type Batch,
  keyByKey,
  rowsOf,
  runBatch,
  type Stretch,
} from "./key_runs.ts";
import { binOf, type KeyRun, noteOlder, type Place } from "./run_state.ts";

/** A table that names what its rows are thinned or rolled up by. */
export type KeyedTable = AgingTable & Required<Pick<AgingTable, "thinBy">>;

type Run = KeyRun & { readonly table: KeyedTable };
/** Resolves to how many rows it has deleted or written. */
type Part = (tx: TransactionSql, run: Run, stretch: Stretch) => Promise<number>;

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
  const run = (part: Part, run: Run) =>
    alone((tx) => runBatch(tx, run, (stretch) => part(tx, run, stretch)));
  return {
    /** Deletes rows that are older than so many days. @param from the batch before's `next` */
    drop: (table: AgingTable, days: number, from: Place = {}) =>
      alone((tx) => drop(tx, table, days, from)),
    /** Thins rows that are older than so many days; how far it is, is kept for whoever goes on. */
    thin: (table: KeyedTable, days: number) =>
      run(thin, { actor, name: table.table, table, days, bin: "15 minutes" }),
    /** Rolls hours up that ended so many days ago. */
    rollUp: (table: KeyedTable, into: string, days: number) =>
      run(rollUp, { actor, name: into, table, days, bin: "1 hour" }),
    /** What was stored just now is older than what was thinned or rolled up already: it is looked at again. */
    note: (oldest: string) => noteOlder(sql, actor, oldest),
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
    const rows = await oldest(tx`${at} < ${until}`);
    return { rows, next: rows === atOnce ? {} : null };
  }
  return await keyByKey(tx, table, { after }, async (one) => {
    const own = tx`${tx(key)} = ${one}`;
    const rows = await oldest(tx`${own} and ${at} < ${until}
      and ${at} < (select max(${at}) from ${name} where ${own})`);
    return { rows, at: rows === atOnce ? "" : null };
  });
}

/**
 * Of each bin of a key the first and the last row stay, the lowest and the highest (of equal ones the earliest),
 * and what is spared. To thin them once more changes nothing.
 */
async function thin(
  tx: TransactionSql,
  { table, bin }: Run,
  stretch: Stretch,
): Promise<number> {
  const name = tx(table.table), time = tx`${tx(table.at ?? "at")}`;
  const value = tx(table.thinBy), { spare } = table;
  const rows = rowsOf(tx, table, stretch);
  const { count } = await tx`
    with kept (at) as (
      select unnest(array[min(${time}), max(${time}),
        (array_agg(${time} order by ${value}, ${time}))[1],
        (array_agg(${time} order by ${value} desc nulls last, ${time}))[1]])
      from ${name} where ${rows} group by ${binOf(tx, bin, time)}
    )
    delete from ${name} where ${rows}
      ${spare === undefined ? tx`` : tx`and ${tx(spare)} is null`}
      and ${time} not in (select at from kept)`;
  return count;
}

/** Once more, after something else was stored of them, makes the hours anew. */
async function rollUp(
  tx: TransactionSql,
  { table, name, bin }: Run,
  stretch: Stretch,
): Promise<number> {
  const time = tx`${tx(table.at ?? "at")}`, value = tx(table.thinBy);
  const key = tx(table.key ?? ""), into = tx(name);
  await tx`
    delete from ${into}
    where ${rowsOf(tx, { ...table, at: "hour" }, stretch)}`;
  const { count } = await tx`
    insert into ${into} (
      ${key}, hour, first, last, opening, closing, low, low_at, high, high_at
    )
    select ${key}, ${binOf(tx, bin, time)} as hour, min(${time}), max(${time}),
      (array_agg(${value} order by ${time}))[1],
      (array_agg(${value} order by ${time} desc))[1],
      min(${value}), (array_agg(${time} order by ${value}, ${time}))[1],
      max(${value}), (array_agg(${time} order by ${value} desc nulls last, ${time}))[1]
    from ${tx(table.table)} where ${rowsOf(tx, table, stretch)}
    group by 1, 2`;
  return count;
}
