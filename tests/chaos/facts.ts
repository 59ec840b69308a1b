/** What is there when everything is over: gathered once, then judged by check.ts. */
import postgres from "postgres";
import type { ActorStatus, IsolateState } from "../../engine/status.ts";
import { createLatestCache } from "../../db/latest.ts";
import type { Recovery } from "./recoveries.ts";
import { withRedis } from "./servers.ts";
import type { World } from "./world.ts";

export interface StoredEvent {
  readonly id: string;
  readonly symbol: string;
  readonly at: string;
  /** How often a handler committed it. */
  readonly times: number;
}

/** A failure that is in a dead letter's history: there is one letter for each event, however often it fails. */
export interface Letter {
  /** The dead letter's id. */
  readonly letter: string;
  readonly actor: string;
  /** The event's id, or what its data say if it has none. */
  readonly event: string;
  readonly reason: string;
  readonly error: string;
}

/** What a host says of an actor. */
export interface HostActor {
  readonly name: string;
  readonly state: ActorStatus["state"];
  readonly isolates: readonly {
    readonly consumer: string;
    readonly state: IsolateState;
  }[];
}

export interface Facts {
  readonly stored: readonly StoredEvent[];
  readonly letters: readonly Letter[];
  /** Market time of the latest value, by symbol. */
  readonly latest: ReadonlyMap<string, string>;
  readonly lag: number | null;
  readonly pending: number;
  /** Of the group, by name; null where the broker does not tell. */
  readonly consumers: readonly string[] | null;
  /** The actors of each host. */
  readonly actors: readonly (readonly HostActor[])[];
  /** Slow events that were handled more than once although nobody who held them died. */
  readonly slowTwice: readonly string[];
  readonly incidents: ReadonlyMap<string, number>;
  readonly recoveries: readonly Recovery[];
  /** What hosts said of themselves that was not true. */
  readonly lies: readonly string[];
}

export async function gatherFacts(
  world: World,
  watched: Pick<Facts, "slowTwice" | "recoveries" | "lies">,
): Promise<Facts> {
  const sql = postgres(world.database.url, { max: 1 });
  try {
    const group = await groupOf(world);
    return {
      stored: (await sql<(Omit<StoredEvent, "at"> & { at: Date })[]>`
        select id, symbol, at, times from chaos_events`)
        .map((row) => ({ ...row, at: row.at.toISOString() })),
      letters: await sql<Letter[]>`
        select letter.id as letter, actor, coalesce(event_id, excerpt) as event,
          failure.reason, failure.error
        from dead_letter_history failure
        join dead_letters letter on letter.id = failure.letter_id
        where what = 'failed'`,
      latest: await latestOf(world),
      lag: group.lag,
      pending: group.pending,
      consumers: await consumersOf(world),
      actors: await Promise.all(world.hosts.map(actorsOf)),
      ...watched,
      incidents: new Map(
        (await sql<{ kind: string; count: number }[]>`
          select kind, sum(count)::integer as count from incidents
          group by kind order by kind`)
          .map(({ kind, count }) => [kind, count]),
      ),
    };
  } finally {
    await sql.end();
  }
}

/** How far the group is; as if everything were unread while the broker does not know it. */
export async function groupOf(
  { broker }: Pick<World, "broker">,
): Promise<{ lag: number | null; pending: number }> {
  const groups = await broker.groups("chaos");
  return groups.find(({ group }) => group === "chaos") ??
    { lag: null, pending: 0 };
}

/** The names that are in the group at Redis. */
export async function consumersOf(
  { broker, redis }: World,
): Promise<string[] | null> {
  if (broker.name !== "redis") return null;
  const rows = await withRedis(
    redis.url,
    (client) =>
      client.xinfo("CONSUMERS", "signalbox:stream:chaos", "signalbox:chaos"),
  ) as unknown[][];
  return rows.map((row) => String(row[row.indexOf("name") + 1])).sort();
}

export async function actorsOf(
  { api }: World["hosts"][number],
): Promise<HostActor[]> {
  const { actors } = await api.get<{ actors: HostActor[] }>("/api/actors");
  return actors;
}

function latestOf({ redis }: World): Promise<Map<string, string>> {
  return withRedis(redis.url, async (client) => {
    const values = await createLatestCache(client).get("chaos");
    return new Map([...values].map(([symbol, { at }]) => [symbol, at]));
  });
}
