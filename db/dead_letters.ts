/** Events that could not be handled, with the reason: searched, deleted, or sent through the stream again. */
import type { Sql, TransactionSql } from "postgres";
import type { Message } from "../broker/broker.ts";
import type { NewDeadLetter } from "../engine/dead_letter.ts";
import { storableText } from "./client.ts";

/** A dead letter in a list; NUL and half surrogate pairs are replaced in its texts. */
export interface DeadLetterRow {
  readonly id: string;
  readonly actor: string;
  readonly topic: string;
  readonly position: string;
  readonly event_id: string | null;
  readonly type: string | null;
  readonly subject: string | null;
  /** Market time, RFC 3339 UTC; null if the event has none. */
  readonly time: string | null;
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  /** The first 500 characters of the event's data. */
  readonly excerpt: string;
  /** RFC 3339 UTC. */
  readonly created_at: string;
}

export interface DeadLetter extends DeadLetterRow {
  readonly stack: string | null;
  /** Exactly as it came. */
  readonly message: Message;
}

/** `search`: a text in the event's id, its symbol, the error or the beginning of its data; case is ignored. */
const filterFields = ["actor", "symbol", "reason", "search"] as const;
type FilterField = typeof filterFields[number];

/** All that is given has to match; nothing given matches all. */
export type DeadLetterFilter = { readonly [_ in FilterField]?: string };

/** The filter of a request or a form; what is left empty does not count, nor any other field. */
export function filterOf(
  given: { readonly [_ in FilterField]?: unknown },
): DeadLetterFilter {
  return Object.fromEntries(
    filterFields
      .map((field) =>
        [field, storableText(String(given[field] ?? "")).trim()] as const
      )
      .filter(([, text]) => text !== ""),
  );
}

export interface DeadLetterQuery extends DeadLetterFilter {
  /** The `next_before` of the page before. */
  readonly before?: string | undefined;
  /** 100 unless told. */
  readonly limit?: number;
}

/** Those that match a filter, or those with the ids. */
export type DeadLetterChoice = DeadLetterFilter | string[];

export type Publish = (
  topic: string,
  messages: Message[],
) => Promise<void>;

export type DeadLetterStore = ReturnType<typeof createDeadLetters>;

/** The `DeadLetterLedger` of the engine, and what people do with dead letters. */
export function createDeadLetters(sql: Sql) {
  return {
    add: (letters: readonly NewDeadLetter[]) => add(sql, letters),
    async known(topic: string, positions: readonly string[]) {
      const rows = await sql<{ position: string }[]>`
        select position from dead_letters
        where topic = ${topic} and position = any (${[...positions]}::text[])`;
      return new Set(rows.map(({ position }) => position));
    },
    /** Newest first; `next_before` is what to ask the next page with, null on the last one. */
    async page({ before, limit = 100, ...filter }: DeadLetterQuery = {}) {
      const below = before === undefined ? null : isId(before) ? before : "0";
      // One more than a page, to know whether there is another.
      const rows = await sql<Times<DeadLetterRow>[]>`
        select ${listed(sql)} from dead_letters
        where ${
        chosen(sql, filter)
      } and (${below}::bigint is null or id < ${below})
        order by id desc limit ${limit + 1}`;
      const letters = rows.slice(0, limit).map(withTimes<DeadLetterRow>);
      const last = rows.length > limit ? letters.at(-1) : undefined;
      return { letters, next_before: last?.id ?? null };
    },
    async count() {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::float8 as count from dead_letters`;
      return row?.count ?? 0;
    },
    async countByActor() {
      const rows = await sql<{ actor: string; count: number }[]>`
        select actor, count(*)::float8 as count from dead_letters
        group by actor order by actor`;
      return new Map(rows.map((row) => [row.actor, row.count]));
    },
    async get(id: string): Promise<DeadLetter | null> {
      if (!isId(id)) return null;
      const [row] = await sql<Times<DeadLetter>[]>`
        select ${
        listed(sql)
      }, stack, message from dead_letters where id = ${id}`;
      return row ? withTimes<DeadLetter>(row) : null;
    },
    /** Resolves to how many were removed. */
    async remove(choice: DeadLetterChoice) {
      const removed = await sql`
        delete from dead_letters where ${chosen(sql, choice)}`;
      return removed.count;
    },
    /**
     * Publishes them and removes them from the list, oldest first; resolves to how many. A death in
     * between publishes some twice at worst, which is harmless, and loses none.
     */
    redrive: (choice: DeadLetterChoice, publish: Publish) =>
      redrive(sql, chosen(sql, choice), publish),
  };
}

async function add(
  sql: Sql,
  letters: readonly NewDeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  // As one JSON text: arrays of nullable texts would need a parameter and a cast for each column.
  const rows = JSON.stringify(
    letters.map(toRow),
    (_, value) => typeof value === "string" ? storableText(value) : value,
  );
  await sql`
    insert into dead_letters (actor, topic, position, event_id, type, subject, time,
      reason, error, stack, attempts, excerpt, message)
    select actor, topic, position, event_id, type, subject, time,
      reason, error, stack, attempts, excerpt, message::json
    from json_to_recordset(${rows}::text::json) as given (
      actor text, topic text, position text, event_id text, type text, subject text,
      time timestamptz, reason text, error text, stack text, attempts integer,
      excerpt text, message text)
    on conflict (topic, position) do nothing`;
}

/** A row that holds what the event has; what it does not have is null in the table. */
function toRow({ message, ...letter }: NewDeadLetter) {
  const { key, attributes, data } = message;
  return {
    ...letter,
    event_id: attributes.id,
    type: attributes.type,
    subject: attributes.subject ?? key,
    time: instantOf(attributes.time),
    excerpt: data.slice(0, 500),
    // Escapes NUL and half surrogate pairs, and `json` keeps them escaped.
    message: JSON.stringify({ key, attributes, data }),
  };
}

/** Null for what is no time, and for years that PostgreSQL would read otherwise. */
function instantOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? "");
  const iso = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  return /^\d{4}-/.test(iso) && !iso.startsWith("0000") ? iso : null;
}

/** The condition, as a part of a statement. */
function chosen(sql: Sql, choice: DeadLetterChoice) {
  if (Array.isArray(choice)) {
    return sql`id = any (${choice.filter(isId)}::bigint[])`;
  }
  const { actor, symbol, reason, search } = choice;
  const like = search === undefined
    ? null
    : `%${storableText(search).replace(/[\\%_]/g, "\\$&")}%`;
  return sql`(${actor ?? null}::text is null or actor = ${actor ?? null})
    and (${symbol ?? null}::text is null or subject = ${symbol ?? null})
    and (${reason ?? null}::text is null or reason = ${reason ?? null})
    and (${like}::text is null or concat_ws(' ', event_id, subject, reason, error, excerpt)
      ilike ${like})`;
}

/** What cannot be an id matches nothing, rather than failing in PostgreSQL. */
function isId(text: string): boolean {
  return /^\d{1,18}$/.test(text);
}

type Times<Row> = Omit<Row, "time" | "created_at"> & {
  time: Date | null;
  created_at: Date;
};

function withTimes<Row>(row: Times<Row>) {
  return {
    ...row,
    time: row.time?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

const listed = (sql: Sql) =>
  sql`id, actor, topic, position, event_id, type, subject, time, reason, error,
    attempts, excerpt, created_at`;

/** Small enough that a page of the largest messages (1 MB) fits into memory. */
const redrivePageSize = 100;

/**
 * Page by page: locked, published, deleted, committed. Two who redrive at once share the pages.
 * @throws what `publish` throws; the pages before are done, the others remain dead letters
 */
async function redrive(
  sql: Sql,
  condition: ReturnType<typeof chosen>,
  publish: Publish,
): Promise<number> {
  // Those that fail again come back with a higher id: without a bound this would go on for ever.
  const [last] = await sql<{ id: string | null }[]>`
    select max(id) as id from dead_letters`;
  if (!last?.id) return 0;
  const bound = sql`${condition} and id <= ${last.id}`;
  for (let total = 0;;) {
    const done = await sql.begin((tx) => redrivePage(tx, bound, publish));
    total += done;
    if (done < redrivePageSize) return total;
  }
}

async function redrivePage(
  tx: TransactionSql,
  condition: ReturnType<typeof chosen>,
  publish: Publish,
): Promise<number> {
  const rows = await tx<{ id: string; topic: string; message: Message }[]>`
    select id, topic, message from dead_letters where ${condition}
    order by id limit ${redrivePageSize} for update skip locked`;
  for (const [topic, letters] of Map.groupBy(rows, (row) => row.topic)) {
    await publish(topic, letters.map((letter) => letter.message));
  }
  await tx`
    delete from dead_letters
    where id = any (${rows.map((row) => row.id)}::bigint[])`;
  return rows.length;
}
