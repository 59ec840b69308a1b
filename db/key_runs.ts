/** Work on the old rows of a table that goes key by key, in small parts of a thousand rows. */
import type { Fragment, TransactionSql } from "postgres";
import type { AgingTable } from "../engine/actor.ts";
import {
  beginOrGoOn,
  binOf,
  keepPlace,
  type KeyRun,
  type Place,
} from "./run_state.ts";

export interface Batch {
  /** How many rows it has deleted or written. */
  readonly rows: number;
  /** Where the next one goes on; null after the last. */
  readonly next: Place | null;
}

/** A part of one key's rows; `at` says where the next part begins, null that there is none. */
export type Part = { readonly rows: number; readonly at: string | null };

/** Whole bins of one key's rows, from `from` to before `to`, both RFC 3339 or infinite. */
export interface Stretch {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** A transaction ends after so long, in ms, with the part that it is at. */
const budgetMs = 40;
/** Rows that one statement looks at. */
export const atOnce = 1_000;
/**
 * One batch of the run under way, or the beginning of a new one.
 * @param part does a stretch of about a thousand rows, and resolves to how many it has deleted or written
 */
export async function runBatch(
  tx: TransactionSql,
  run: KeyRun,
  part: (stretch: Stretch) => Promise<number>,
): Promise<Batch> {
  const state = await beginOrGoOn(tx, run);
  if (!state) return { rows: 0, next: null };
  // Others know of it before its first row is read: what they store from now on is noted.
  if (state.begins) return { rows: 0, next: {} };
  const place = {
    after: state.run_key ?? undefined,
    at: state.run_at ?? undefined,
  };
  const batch = await keyByKey(tx, run.table, place, async (key, at) => {
    const from = at ?? state.run_from;
    const end = await partEnd(tx, run, { key, from, to: state.run_to });
    const rows = await part({ key, from, to: end ?? state.run_to });
    return { rows, at: end };
  });
  await keepPlace(tx, run, batch.next);
  return batch;
}

/** Does part after part, key after key, until the budget is spent. */
export async function keyByKey(
  tx: TransactionSql,
  table: AgingTable,
  { after, at }: Place,
  part: (key: string, at: string | undefined) => Promise<Part>,
): Promise<Batch> {
  const endsAt = performance.now() + budgetMs;
  let rows = 0;
  do {
    const key = await keyBehind(tx, table, after);
    if (key === null) return { rows, next: null };
    const done = await part(key, at);
    rows += done.rows;
    at = done.at ?? undefined;
    if (done.at === null) after = key;
  } while (performance.now() < endsAt);
  return { rows, next: { after, at } };
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

export function rowsOf(
  tx: TransactionSql,
  { key = "", at = "at" }: AgingTable,
  stretch: Stretch,
): Fragment {
  return tx`${tx(key)} = ${stretch.key}
    and ${tx(at)} >= ${stretch.from}::text::timestamptz
    and ${tx(at)} < ${stretch.to}::text::timestamptz`;
}

/** Where a part of the stretch ends that has as many rows as one statement looks at; null if it has no more. */
async function partEnd(
  tx: TransactionSql,
  { table, bin }: KeyRun,
  stretch: Stretch,
): Promise<string | null> {
  const name = tx(table.table), time = tx(table.at ?? "at");
  const binned = binOf(tx, bin, tx`${time}`);
  const rows = rowsOf(tx, table, stretch);
  // Whole bins, at least one.
  const [end] = await tx<{ until: string }[]>`
    select greatest(${binned}, (
      select ${binned} + ${bin}::text::interval from ${name} where ${rows}
      order by ${time} limit 1))::text as until
    from ${name} where ${rows} order by ${time} offset ${atOnce} limit 1`;
  return end?.until ?? null;
}
