/** Sends dead letters through their streams again. */
import type { PendingQuery, Row, Sql, TransactionSql } from "postgres";
import type { Message } from "../broker/broker.ts";
import { redriveAttribute } from "../engine/dead_letter.ts";
import { storableText } from "./client.ts";

export type Publish = (topic: string, messages: Message[]) => Promise<void>;

/** There are no dead letters with these ids; none of the others was touched. */
export class NoDeadLetterError extends Error {
  override readonly name = "NoDeadLetterError";
  constructor(ids: readonly string[]) {
    const shown = ids.slice(0, 5).join(", ") + (ids.length > 5 ? ", …" : "");
    super(`There is no dead letter ${shown}; it may have been deleted`);
  }
}

export interface Redriven {
  /** Its number: the letters that it sent have it, until they are redriven again. */
  readonly redrive: string;
  /** How many it sent. */
  readonly redriven: number;
}

interface RedriveOptions {
  /** Those that have to be there. */
  readonly ids: readonly string[];
  readonly by: string;
  readonly publish: Publish;
}

type Condition = PendingQuery<Row[]>;

/** Small enough that a page of the largest messages (1 MB) fits into memory. */
const pageSize = 100;

/**
 * Page by page: locked, published, marked, committed. Two who redrive at once share the pages. If the
 * host dies before it has marked a page, its letters stay as they were, and the events on their way
 * tell them all the same how they ended: they are known by what they are.
 * @throws what `publish` throws; the pages before are on their way, the others stay as they were
 */
export async function redrive(
  sql: Sql,
  condition: Condition,
  { ids, by, publish }: RedriveOptions,
): Promise<Redriven> {
  await refuseMissing(sql, condition, ids);
  await sql`
    delete from dead_letters
    where state = 'handled' and handled_at < now() - interval '30 days'`;
  // As text: a Date would lose the microseconds.
  const [start] = await sql<{ at: string }[]>`
    select clock_timestamp()::text as at`;
  // Those that fail again meanwhile match again: without a bound this would go on for ever.
  const due = sql`${condition}
    and created_at < ${start!.at}::text::timestamptz
    and coalesce(redriven_at < ${start!.at}::text::timestamptz, true)`;
  const run = crypto.randomUUID();
  // What was asked for by its id is waited for; of what matches, another redrive may have its part.
  const lock = ids.length ? sql`for update` : sql`for update skip locked`;
  const page = { run, by: storableText(by), publish, lock };
  for (let redriven = 0;;) {
    const sent = await sql.begin((tx) => redrivePage(tx, due, page));
    redriven += sent;
    if (sent < pageSize) return { redrive: run, redriven };
  }
}

async function refuseMissing(
  sql: Sql,
  condition: Condition,
  ids: readonly string[],
): Promise<void> {
  if (!ids.length) return;
  const rows = await sql<{ id: string }[]>`
    select id from dead_letters where ${condition}`;
  // A number may be written with zeros before it.
  const there = new Set(rows.map(({ id }) => BigInt(id)));
  const missing = ids.filter((id) =>
    !/^\d+$/.test(id) || !there.has(BigInt(id))
  );
  if (missing.length) throw new NoDeadLetterError(missing);
}

interface Page {
  readonly run: string;
  readonly by: string;
  readonly publish: Publish;
  readonly lock: Condition;
}

async function redrivePage(
  tx: TransactionSql,
  due: Condition,
  { run, by, publish, lock }: Page,
): Promise<number> {
  const rows = await tx<{ id: string; topic: string; message: Message }[]>`
    select id, topic, message from dead_letters where ${due}
    order by id limit ${pageSize} ${lock}`;
  const marked = (message: Message): Message => ({
    ...message,
    attributes: { ...message.attributes, [redriveAttribute]: run },
  });
  for (const [topic, letters] of Map.groupBy(rows, (row) => row.topic)) {
    await publish(topic, letters.map(({ message }) => marked(message)));
  }
  // An event that is handled already waits for the end of this to tell its letter so. The history has the
  // time from before it was published: what came of it came later.
  await tx`
    with sent as (
      update dead_letters set state = 'redriving', redrive = ${run},
        redriven_at = clock_timestamp(), redriven_by = ${by}, handled_at = null
      where id = any (${rows.map((row) => row.id)}::bigint[])
      returning id
    )
    insert into dead_letter_history (letter_id, at, what, run, by)
    select id, now(), 'redriven', ${run}, ${by} from sent
    order by id`;
  return rows.length;
}
