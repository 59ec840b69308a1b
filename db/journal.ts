/** What happened, in one list: what is kept for that alone, incidents, and dead letters; and who has read of it. */
import type { Sql } from "postgres";
import { storableText } from "./client.ts";

export interface NewEntry {
  /** `paused`, `resumed`, `restarted`, `slot-failed`. */
  readonly kind: string;
  /** Null if it is not about one actor. */
  readonly actor: string | null;
  readonly detail: string;
  readonly host: string;
}

/** Something that lasts: told again and again under one key. */
export interface Lasting extends NewEntry {
  readonly key: string;
  /** How long ago it began, and ended or was so still; in milliseconds. */
  readonly beganMsAgo: number;
  readonly endedMsAgo: number;
}

export interface JournalEntry {
  readonly kind: string;
  readonly actor: string | null;
  readonly host: string | null;
  readonly detail: string;
  /** When it happened first, or began. */
  readonly at: Date;
  /** When it happened last, or ended; null if it happened once. */
  readonly until: Date | null;
  readonly count: number;
}

export type Journal = ReturnType<typeof createJournal>;

export function createJournal(sql: Sql) {
  return {
    /** The same once more, within two hours and with nothing else between, raises the count. */
    add: (entry: NewEntry) => add(sql, entry),
    /** Writing it again only moves its end. */
    async addLasting(entry: Lasting): Promise<void> {
      const { kind, actor, host, key, beganMsAgo, endedMsAgo } = entry;
      await sql`
        insert into journal as known (kind, actor, detail, host, key, at, until)
        values (${kind}, ${actor}, ${
        storableText(entry.detail)
      }, ${host}, ${key},
          now() - ${beganMsAgo} * interval '1 ms', now() - ${endedMsAgo} * interval '1 ms')
        on conflict (key) do update
        set until = greatest(known.until, excluded.until), detail = excluded.detail`;
    },
    /** Newest first; what ended after `since`, or everything. */
    list: (since: Date | null, limit: number) => list(sql, since, limit),
    look: () => look(sql),
    /** All that there is now is known. */
    async noteRead(): Promise<void> {
      await sql`
        insert into looked_at (what, since) values ('journal', now())
        on conflict (what) do update set at = now(), since = now()`;
    },
  };
}

async function add(sql: Sql, entry: NewEntry): Promise<void> {
  const { kind, actor, host } = entry;
  const detail = storableText(entry.detail);
  const raised = await sql`
    update journal set count = count + 1, until = now()
    where kind = ${kind} and detail = ${detail}
      and coalesce(until, at) > now() - interval '2 hours'
      and id = (
        select id from journal
        where actor is not distinct from ${actor}::text and key is null
        order by id desc limit 1
      )`;
  if (raised.count > 0) return;
  await sql`
    insert into journal (kind, actor, detail, host)
    values (${kind}, ${actor}, ${detail}, ${host})`;
}

async function list(
  sql: Sql,
  since: Date | null,
  limit: number,
): Promise<JournalEntry[]> {
  const after = sql`coalesce(${since}::timestamptz, '-infinity')`;
  return await sql<JournalEntry[]>`
    select * from (
      (select kind, actor, host, detail, at, until, count from journal
        where coalesce(until, at) > ${after}
        order by coalesce(until, at) desc limit ${limit})
      union all
      (select kind, actor, host, detail, at, null, count from incidents
        where at > ${after} order by at desc limit ${limit})
      union all
      select 'dead-letters', actor, null, reason || ': ' || left(max(error), 300), min(failed_at),
        max(failed_at), count(*)::int
      from dead_letters
      where state in ('dead', 'failed-again') and failed_at > ${after}
      group by actor, reason
    ) as entries
    order by coalesce(until, at) desc limit ${limit}`;
}

/**
 * Somebody reads the journal now; returns when it was read before, null if never. Whoever comes back within half an
 * hour reads on.
 */
async function look(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ since: Date | null }[]>`
    insert into looked_at as last (what) values ('journal')
    on conflict (what) do update set
      since = case when last.at < now() - interval '30 minutes' then last.at else last.since end,
      at = now()
    returning since`;
  return row!.since;
}
