/** What isolates write of dead letters: one for each event, and everything that happens to it. */
import type { Sql, TransactionSql } from "postgres";
import type { Delivery, Message } from "../broker/broker.ts";
import {
  type DeadLetterLedger,
  type LetteredRun,
  type NewDeadLetter,
  type Reason,
  redriveAttribute,
} from "../engine/dead_letter.ts";
import { storableText } from "./client.ts";

export function createLedger(sql: Sql): DeadLetterLedger {
  return {
    async add(letters) {
      if (letters.length === 0) return;
      const rows = asText(letters.map(toRow));
      await sql.begin((tx) => add(tx, rows));
    },
    async known(topic, positions) {
      // By the positions first: without statistics PostgreSQL would look for each of them in each letter.
      const rows = await sql<{ position: string; reason: Reason | null }[]>`
        with failure as materialized (
          select id, letter_id, position, reason from dead_letter_history
          where position = any (${[...positions]}::text[]) and what = 'failed'
        )
        select distinct on (failure.position) failure.position,
          case when letter.state <> 'handled' then failure.reason end as reason
        from failure
        join dead_letters letter on letter.id = failure.letter_id
        where letter.topic = ${topic}
        order by failure.position, failure.id desc`;
      return new Map(rows.map(({ position, reason }) => [position, reason]));
    },
    handled: (topic, deliveries, run) => handled(sql, topic, deliveries, run),
  };
}

/** What an event is, and where it came, as PostgreSQL can hold it: what it does not have is null. */
function toRow({ message, run, ...letter }: NewDeadLetter, n: number) {
  const { key, attributes, data } = message;
  return {
    ...letter,
    n,
    run: run ?? "",
    event_id: attributes.id,
    type: attributes.type,
    subject: attributes.subject ?? key,
    time: instantOf(attributes.time),
    excerpt: data.slice(0, 500),
    // Escapes NUL and half surrogate pairs, and `json` keeps them escaped.
    message: JSON.stringify({ key, attributes, data } satisfies Message),
  };
}

/** One JSON text: arrays of nullable texts would need a parameter and a cast for each column. */
function asText(rows: readonly unknown[]): string {
  return JSON.stringify(
    rows,
    (_, value) => typeof value === "string" ? storableText(value) : value,
  );
}

/** Null for what is no time, and for years that PostgreSQL would read otherwise. */
function instantOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? "");
  const iso = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  return /^\d{4}-/.test(iso) && !iso.startsWith("0000") ? iso : null;
}

/** The rows as a table, each with what its event is. */
const given = (sql: Sql | TransactionSql, rows: string) =>
  sql`(
    select given.*, dead_letter_event(type, event_id, subject, time, message::json) as event
    from json_to_recordset(${rows}::text::json) as given (
      n integer, actor text, topic text, position text, run text, event_id text,
      type text, subject text, time timestamptz, reason text, error text, stack text,
      attempts integer, excerpt text, message text)
  ) as given`;

interface Known {
  readonly id: string;
  readonly is_new: boolean;
}

/** More of one event would tell nobody anything: one that fails at every scan fails for ever. */
const historyLength = 100;

async function add(tx: TransactionSql, rows: string): Promise<void> {
  // In the order in which they came; locked, so that nobody deletes one before its history is written.
  const letters = await tx<Known[]>`
    insert into dead_letters (actor, topic, position, event, event_id, type, subject,
      time, reason, error, stack, attempts, excerpt, message)
    select actor, topic, position, event, event_id, type, subject, time, reason, error,
      stack, attempts, excerpt, message::json
    from (
      select distinct on (topic, event) * from ${given(tx, rows)}
      order by topic, event, n
    ) as first order by n
    on conflict (topic, event) do update set event = excluded.event
    returning id, xmax = 0 as is_new`;
  const ids = letters.map(({ id }) => id);
  const known = letters.filter((one) => !one.is_new).map(({ id }) => id);
  // Only a failure that is not in the history yet changes a letter.
  await tx`
    with written as (
      insert into dead_letter_history (letter_id, what, reason, error, attempts, position, run)
      select letter.id, 'failed', given.reason, given.error, given.attempts,
        given.position, given.run
      from ${given(tx, rows)}
      join dead_letters letter on letter.topic = given.topic and letter.event = given.event
      order by given.n
      on conflict do nothing
      returning letter_id, position, run
    ), last as (
      select distinct on (letter.id) letter.id as letter_id, given.*
      from ${given(tx, rows)}
      join dead_letters letter on letter.topic = given.topic and letter.event = given.event
      join written on written.letter_id = letter.id
        and written.position = given.position and written.run = given.run
      where letter.id = any (${known}::bigint[])
      order by letter.id, given.n desc
    )
    update dead_letters letter set state = 'failed-again', failed_at = now(),
      position = last.position, reason = last.reason, error = last.error,
      stack = last.stack, attempts = last.attempts, excerpt = last.excerpt,
      message = last.message::json, handled_at = null
    from last where letter.id = last.letter_id`;
  if (!known.length) return;
  await tx`
    delete from dead_letter_history where id in (
      select id from (
        select id, row_number() over (partition by letter_id order by id desc) as n
        from dead_letter_history where letter_id = any (${ids}::bigint[])
      ) as ranked where n > ${historyLength})`;
}

async function handled(
  sql: Sql,
  topic: string,
  deliveries: readonly Delivery[],
  lettered?: LetteredRun,
): Promise<void> {
  const rows = deliveries
    .filter(({ attributes, position }) =>
      redriveAttribute in attributes || lettered?.positions.has(position)
    )
    .map(({ key, attributes: all, data, position }, n) => {
      const { [redriveAttribute]: redrive, ...attributes } = all;
      const run = lettered?.run ?? redrive;
      const message = { key, attributes, data };
      return toRow({ ...unread, topic, position, message, run }, n);
    });
  if (!rows.length) return;
  // Each is looked up by its event: without statistics PostgreSQL would compare all with all. Then all are
  // locked, and their state is read after that: a redrive under way is waited for.
  await sql`
    with found as materialized (
      select letter.id, given.position, given.run
      from (
        select distinct on (event) event, position, run
        from ${given(sql, asText(rows))} order by event, n desc
      ) as given
      cross join lateral (
        select id from dead_letters
        where topic = ${topic} and event = given.event offset 0
      ) as letter
    ), done as materialized (
      select letter.id, letter.state, found.position, found.run
      from dead_letters letter join found on letter.id = found.id
      order by letter.id for update of letter
    ), told as (
      insert into dead_letter_history (letter_id, what, position, run)
      select id, 'handled', position, run from done
      where state <> 'handled' order by id
      on conflict do nothing
    )
    update dead_letters letter set state = 'handled', handled_at = now()
    from done where letter.id = done.id and done.state <> 'handled'`;
}

/** What is not asked of an event that was handled. */
const unread = {
  actor: "",
  reason: "permanent",
  error: "",
  stack: null,
  attempts: 0,
} as const;
