/**
 * What a deployment remembers of itself, for every host and beyond restarts: which actors people have
 * paused, which markets filled it, what they have looked at, and the incidents.
 */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import { storableText } from "./client.ts";
import { namesOf } from "./redis.ts";

export async function pausedActors(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ actor: string }[]>`
    select actor from actor_settings where paused`;
  return new Set(rows.map((row) => row.actor));
}

export async function setPaused(
  sql: Sql,
  actor: string,
  paused: boolean,
): Promise<void> {
  await sql`
    insert into actor_settings (actor, paused) values (${actor}, ${paused})
    on conflict (actor) do update
    set paused = excluded.paused, updated_at = now()`;
}

/** A Redis that belongs to another deployment: its groups would share out the events of both. */
export class ForeignRedisError extends Error {
  override readonly name = "ForeignRedisError";
}

/** What tells this database from every other; it never changes. */
export async function deploymentId(sql: Sql): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from deployment`;
  return row!.id;
}

/**
 * Marks Redis as that of the deployment with this id, or finds it so.
 * @throws {ForeignRedisError} if it is another's
 */
export async function claimRedis(id: string, redis: Redis): Promise<void> {
  const owner = namesOf(redis).deployment;
  await redis.setnx(owner, id);
  const found = await redis.get(owner);
  if (found === id) return;
  throw new ForeignRedisError(
    `REDIS_URL: this Redis belongs to another deployment of Signalbox, with ` +
      `another database: each would get a part of the other's events. Give ` +
      `this one a name of its own (REDIS_PREFIX=staging), a Redis of its own, ` +
      `or another database index (redis://host:6379/1). If the other one is gone, take it over with ` +
      `redis-cli SET ${owner} ${id}`,
  );
}

/**
 * True if this deployment has run before, and this Redis knows nothing of it: whatever waited in its
 * streams is gone, unless it is another one on purpose.
 */
export async function isEmptied(
  sql: Sql,
  redis: Redis,
  topics: readonly string[],
): Promise<boolean> {
  const { deployment, stream } = namesOf(redis);
  if (await redis.exists(deployment, ...topics.map(stream))) return false;
  const rows = await sql`
    select 1 from schedules where completed is not null limit 1`;
  return rows.length > 0;
}

/** Notes that these providers fill this database from now on; returns the others that did before. */
export async function noteMarkets(
  sql: Sql,
  providers: readonly string[],
): Promise<string[]> {
  await sql`
    insert into markets (provider) select unnest(${providers}::text[])
    on conflict do nothing`;
  const rows = await sql<{ provider: string }[]>`
    select provider from markets where provider <> all (${providers}::text[])
    order by first_used_at`;
  return rows.map((row) => row.provider);
}

/** Somebody has looked at the dead letters: what is there now is known. */
export async function noteLettersSeen(sql: Sql): Promise<void> {
  await sql`
    insert into looked_at (what) values ('dead-letters')
    on conflict (what) do update set at = now()`;
}

/** How many dead letters came, or failed again, since anybody looked at them. */
export async function countUnseenLetters(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from dead_letters
    where state in ('dead', 'failed-again') and failed_at > coalesce(
      (select at from looked_at where what = 'dead-letters'), '-infinity')`;
  return row!.count;
}

/** What went wrong and was mended, and that an operator should know of. */
export interface NewIncident {
  /** Null if it is not about one actor. */
  readonly actor: string | null;
  /** `group-recreated`, `trimmed-while-pending`, `isolate-restarted`, … */
  readonly kind: string;
  readonly detail: string;
  readonly host: string;
}

export interface Incident extends NewIncident {
  readonly id: string;
  /** When it happened first, RFC 3339 UTC. */
  readonly at: string;
  /** How often it happened in the minute from `at`. */
  readonly count: number;
}

/** Records it; the same actor, kind and detail within a minute raise the count of the first. */
export async function recordIncident(
  sql: Sql,
  incident: NewIncident,
): Promise<void> {
  const { actor, kind, host } = incident;
  const detail = storableText(incident.detail);
  const raised = await sql`
    update incidents set count = count + 1
    where id = (
      select id from incidents
      where at > now() - interval '1 minute'
        and actor is not distinct from ${actor}::text
        and kind = ${kind} and detail = ${detail}
      order by id desc limit 1
    )`;
  if (raised.count > 0) return;
  await sql`
    insert into incidents (actor, kind, detail, host)
    values (${actor}, ${kind}, ${detail}, ${host})`;
  await sql`
    delete from incidents
    where id <= (select id from incidents order by id desc offset 1000 limit 1)`;
}

/** Newest first. */
export async function listIncidents(
  sql: Sql,
  limit: number,
): Promise<Incident[]> {
  const rows = await sql<(Omit<Incident, "at"> & { at: Date })[]>`
    select id, at, actor, kind, detail, host, count
    from incidents order by id desc limit ${limit}`;
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
