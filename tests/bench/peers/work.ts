/** The work that all do, and whether it was done. */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import { quote } from "../events.ts";
import { runFolder } from "../../support/run_folder.ts";

const symbols = 50;

/**
 * So many of the first events come once more, after all of them, one of each symbol: who does not keep rows
 * once, and the newest value, is found out.
 */
export const again = symbols;

/** A row of `quotes`, and what is the latest value of its symbol for a while. */
interface Event {
  readonly symbol: string;
  readonly at: string;
  readonly [number: string]: unknown;
}

function events(from: number, count: number): Event[] {
  return Array.from({ length: count }, (_, n) => {
    const { symbol, at, data } = quote(from + n);
    return { symbol, at, ...data };
  });
}

/** A file with an event a line, as JSON, in the order in which they are published. */
export async function writeEvents(count: number): Promise<string> {
  const all = [...events(0, count), ...events(0, again)];
  const file = `${await runFolder()}/events.ndjson`;
  const lines = all.map((event) => `${JSON.stringify(event)}\n`);
  await Deno.writeTextFile(file, lines.join(""));
  return file;
}

const expected = "peers_expected";

/** The table that each peer's is compared with. */
export async function writeExpected(sql: Sql, count: number): Promise<void> {
  await sql`create table ${sql(expected)} (like quotes including all)`;
  await sql`
    insert into ${sql(expected)}
    select * from json_populate_recordset(null::quotes, ${
    JSON.stringify(events(0, count))
  }::text::json)`;
}

export interface Outcome {
  readonly table: string;
  /** The hash in Redis: a field for each symbol, with JSON. */
  readonly latest: string;
}

/** What is wrong with it; undefined if every row is there once, no other, and the latest values are right. */
export async function faultOf(
  { table, latest }: Outcome,
  { sql, client }: { sql: Sql; client: Redis },
  count: number,
): Promise<string | undefined> {
  const [{ missing, wrong }] = await sql<
    [{ missing: number; wrong: number }]
  >`select
    (select count(*)::int from
      (table ${sql(expected)} except all table ${
    sql(table)
  }) as one) as missing,
    (select count(*)::int from
      (table ${sql(table)} except all table ${sql(expected)}) as one) as wrong`;
  if (missing + wrong > 0) {
    return `${missing} of ${count} rows are missing, and ${wrong} are there that should not be`;
  }
  const values = await client.hgetall(latest);
  const right = events(count - symbols, symbols);
  const bad = right.filter((event) => !isSame(event, values[event.symbol]));
  if (bad.length > 0 || Object.keys(values).length !== symbols) {
    return `the latest value is wrong for ${bad.length} of ${symbols} symbols`;
  }
  return undefined;
}

function isSame(event: Event, text: string | undefined): boolean {
  const value = JSON.parse(text ?? "{}");
  return Object.entries(event).every(([field, known]) =>
    value[field] === known
  );
}
