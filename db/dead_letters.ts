/** Events that could not be handled, with the reason: searched, deleted, or sent through the stream again. */
import type { Sql } from "postgres";
import type { Message } from "../broker/broker.ts";
import { storableText } from "./client.ts";
import { createTurns } from "../wait.ts";
import { createLedger } from "./dead_letter_ledger.ts";
import { type Publish, redrive } from "./redrive.ts";

/**
 * `dead`: it failed, and nothing was done about it. `redriving`: sent through the stream again, and on its
 * way. `failed-again`: the last try failed as well. `handled`: it was redriven or replayed, and is stored.
 */
export const letterStates = [
  "dead",
  "redriving",
  "failed-again",
  "handled",
] as const;

export type LetterState = typeof letterStates[number];

/** A dead letter in a list, as it failed last; NUL and half surrogate pairs are replaced in its texts. */
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
  readonly state: LetterState;
  /** How often it has failed, redrives and replays included. */
  readonly failures: number;
  /** When it failed first; RFC 3339 UTC, as all that follow. */
  readonly created_at: string;
  /** When it failed last. */
  readonly failed_at: string;
  /** The last redrive: what the answer to it said, when it was, and by whom. */
  readonly redrive: string | null;
  readonly redriven_at: string | null;
  readonly redriven_by: string | null;
  readonly handled_at: string | null;
}

/** What happened to a dead letter. */
export interface Happening {
  readonly at: string;
  readonly what: "failed" | "redriven" | "handled";
  /** Of a failure. */
  readonly reason: string | null;
  readonly error: string | null;
  readonly attempts: number | null;
  /** The entry that failed or was handled; empty for a redrive. */
  readonly position: string;
  /** Who redrove it. */
  readonly by: string | null;
}

export interface DeadLetter extends DeadLetterRow {
  readonly stack: string | null;
  /** Exactly as it came. */
  readonly message: Message;
  /** The newest 100, oldest first. */
  readonly history: Happening[];
}

/** A dead letter that somebody has to look at. */
export interface OpenLetter
  extends Pick<DeadLetterRow, "id" | "state" | "error"> {
  readonly failed_at: Date;
}

/** `search`: a text in the event's id, its symbol, the error or the beginning of its data; case is ignored. */
const filterFields = [
  "actor",
  "symbol",
  "reason",
  "search",
  "state",
  "redrive",
] as const;
type FilterField = typeof filterFields[number];

/** All that is given has to match. Without a state all but those handled do; `all` is every state. */
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

export type DeadLetterStore = ReturnType<typeof createDeadLetters>;

/** Of the connections of a host, and of PostgreSQL's processors, these may be taken up by searches. */
const searches = createTurns(2, "searches of dead letters");

/** @throws {BusyError} if there are too many searches already */
async function searching<T>(
  { search }: DeadLetterFilter,
  ask: () => Promise<T>,
): Promise<T> {
  const done = search === undefined ? () => {} : searches.take();
  try {
    return await ask();
  } finally {
    done();
  }
}

async function countOf(sql: Sql, filter: DeadLetterFilter): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::float8 as count from dead_letters
    where ${chosen(sql, filter)}`;
  return row?.count ?? 0;
}

/** The `DeadLetterLedger` of the engine, and what people do with dead letters. */
export function createDeadLetters(sql: Sql) {
  return {
    ...createLedger(sql),
    /** Newest first; `next_before` is what to ask the next page with, null on the last one. */
    page: (query: DeadLetterQuery = {}) =>
      searching(query, () => pageOf(sql, query)),
    count: (filter: DeadLetterFilter = {}) =>
      searching(filter, () => countOf(sql, filter)),
    /** Of those that are not handled. */
    async countByActor() {
      const rows = await sql<{ actor: string; count: number }[]>`
        select actor, count(*)::float8 as count from dead_letters
        where state <> 'handled' group by actor order by actor`;
      return new Map(rows.map((row) => [row.actor, row.count]));
    },
    async get(id: string): Promise<DeadLetter | null> {
      if (!isId(id)) return null;
      const [row] = await sql<Stored<DeadLetter>[]>`
        select ${listed(sql)}, stack, message from dead_letters
        where id = ${id}`;
      if (!row) return null;
      const history = await sql<Stored<Happening>[]>`
        select at, what, reason, error, attempts, position, by
        from dead_letter_history where letter_id = ${id} order by id`;
      return {
        ...withTimes<DeadLetter>(row),
        history: history.map(withTimes<Happening>),
      };
    },
    /** The letter of the event at a position of a topic, at which it failed or was handled; null: it has none. */
    async idAt(topic: string, position: string): Promise<string | null> {
      const [row] = await sql<{ id: string }[]>`
        select letter.id from dead_letter_history happening
        join dead_letters letter on letter.id = happening.letter_id
        where happening.position = ${storableText(position)}
          and letter.topic = ${topic}
        order by happening.id desc limit 1`;
      return row?.id ?? null;
    },
    /** The newest letter of an event, by the id of the event. */
    async ofEvent(topic: string, eventId: string): Promise<string | null> {
      const [row] = await sql<{ id: string }[]>`
        select id from dead_letters
        where topic = ${topic} and event_id = ${storableText(eventId)}
        order by id desc limit 1`;
      return row?.id ?? null;
    },
    /** Of a symbol the one that failed last and is not handled. */
    async newestOf(
      actors: readonly string[],
      symbol: string,
    ): Promise<Map<string, OpenLetter>> {
      const rows = await sql<(OpenLetter & { actor: string })[]>`
        select distinct on (actor) actor, id, state, error, failed_at
        from dead_letters
        where actor = any(${actors as string[]}::text[])
          and subject = ${storableText(symbol)} and state <> 'handled'
        order by actor, failed_at desc`;
      return new Map(rows.map(({ actor, ...letter }) => [actor, letter]));
    },
    /** Resolves to how many were removed. */
    async remove(choice: DeadLetterChoice) {
      const removed = await sql`
        delete from dead_letters where ${chosen(sql, choice)}`;
      return removed.count;
    },
    /** Forgets those that failed last so many days ago, the oldest first; true if there are more. */
    async prune(keepDays: number, limit: number): Promise<boolean> {
      const gone = await sql`
        delete from dead_letters where id in (
          select id from dead_letters
          where failed_at < now() - ${keepDays}::int * interval '1 day'
            and coalesce(redriven_at, '-infinity') < now() - ${keepDays}::int * interval '1 day'
          order by id limit ${limit})`;
      return gone.count === limit;
    },
    /**
     * Publishes them, oldest first, and resolves to how many, at once: what becomes of them is told by
     * their state. A death in between publishes some twice at worst, which is harmless, and loses none.
     * @param by who redrives them, for their history
     * @throws {NoDeadLetterError} before anything is sent, if an id is not there
     */
    redrive: (choice: DeadLetterChoice, by: string, publish: Publish) =>
      redrive(sql, chosen(sql, choice), {
        ids: Array.isArray(choice) ? choice : [],
        by,
        publish,
      }),
  };
}

async function pageOf(
  sql: Sql,
  { before, limit = 100, ...filter }: DeadLetterQuery,
) {
  const below = before === undefined ? null : isId(before) ? before : "0";
  const matching = chosen(sql, filter);
  // One more than a page, to know whether there is another.
  const rows = await sql<Stored<DeadLetterRow>[]>`
    select ${listed(sql)} from dead_letters
    where ${matching} and (${below}::bigint is null or id < ${below})
    order by id desc limit ${limit + 1}`;
  const letters = rows.slice(0, limit).map(withTimes<DeadLetterRow>);
  const last = rows.length > limit ? letters.at(-1) : undefined;
  return { letters, next_before: last?.id ?? null };
}

/** The condition, as a part of a statement. */
function chosen(sql: Sql, choice: DeadLetterChoice) {
  if (Array.isArray(choice)) {
    return sql`id = any (${choice.filter(isId)}::bigint[])`;
  }
  const { actor, symbol, reason, search, state, redrive } = choice;
  const like = search === undefined
    ? null
    : `%${storableText(search).replace(/[\\%_]/g, "\\$&")}%`;
  return sql`(${actor ?? null}::text is null or actor = ${actor ?? null})
    and (${symbol ?? null}::text is null or subject = ${symbol ?? null})
    and (${reason ?? null}::text is null or reason = ${reason ?? null})
    and (${redrive ?? null}::text is null or redrive = ${redrive ?? null})
    and case coalesce(${state ?? null}, 'open') when 'all' then true
      when 'open' then state <> 'handled' else state = ${state ?? null} end
    and (${like}::text is null or dead_letter_text(event_id, subject, reason, error, excerpt)
      ilike ${like})`;
}

/** What cannot be an id matches nothing, rather than failing in PostgreSQL. */
function isId(text: string): boolean {
  return /^\d{1,18}$/.test(text);
}

/** As PostgreSQL's client gives it: an instant is a Date. */
type Stored<Row> = {
  [Name in keyof Row]: Row[Name] | (string extends Row[Name] ? Date : never);
};

function withTimes<Row>(row: Stored<Row>): Row {
  const entries = Object.entries(row).map(([name, value]) =>
    [name, value instanceof Date ? value.toISOString() : value] as const
  );
  return Object.fromEntries(entries) as Row;
}

const listed = (sql: Sql) =>
  sql`id, actor, topic, position, event_id, type, subject, time, reason, error,
    attempts, excerpt, state, created_at, failed_at, redrive, redriven_at,
    redriven_by, handled_at, (select count(*)::int from dead_letter_history
      where letter_id = dead_letters.id and what = 'failed') as failures`;
