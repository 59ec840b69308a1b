/** What may not grow, read from the system and from the servers. */
import postgres from "postgres";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { usage } from "../bench/readers.ts";
import type { Host } from "../support/host.ts";

export interface Sample {
  /** Of each host, in MB. */
  readonly residentMb: readonly number[];
  /** Open ones of PostgreSQL and of Redis, this program's own among them. */
  readonly connections: number;
  /** Entries of the longest stream. */
  readonly longestStream: number;
  /** In all groups. */
  readonly pending: number;
  /** In all groups. */
  readonly lag: number;
  /** Rows of quotes. */
  readonly stored: number;
}

export interface Gauges {
  read(): Promise<Sample>;
  close(): Promise<void>;
}

type Group = { lag: number | null; pending: number };

export function openGauges(
  databaseUrl: string,
  redisUrl: string,
  hosts: readonly Host[],
): Gauges {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const redis = connectRedis(redisUrl, { name: "soak" });
  const streams = async () => {
    const keys = await redis.keys("signalbox:stream:*");
    return await Promise.all(keys.map((key) => redis.xlen(key)));
  };
  const groups = async (): Promise<Group[]> => {
    const answer = await fetch(`${hosts[0]!.url}/api/actors`);
    const { actors } = await answer.json();
    return actors;
  };
  return {
    async read() {
      const [lengths, all, [row], clients, residentMb] = await Promise.all([
        streams(),
        groups(),
        sql`select (select count(*) from pg_stat_activity
              where backend_type = 'client backend')::int as sessions,
            coalesce((select n_tup_ins from pg_stat_user_tables
              where relname = 'quotes'), 0)::int as stored`,
        redis.info("clients"),
        Promise.all(
          hosts.map(async ({ pid }) => (await usage(pid)).kb / 1_024),
        ),
      ]);
      const sum = (values: readonly number[]) =>
        values.reduce((total, value) => total + value, 0);
      return {
        residentMb,
        connections: row!.sessions +
          Number(/connected_clients:(\d+)/.exec(clients)![1]),
        longestStream: Math.max(0, ...lengths),
        pending: sum(all.map(({ pending }) => pending)),
        lag: sum(all.map(({ lag }) => lag ?? 0)),
        stored: row!.stored,
      };
    },
    async close() {
      await sql.end();
      await disconnectRedis(redis);
    },
  };
}
