/** What the tables take on the disk, and how fast they grow. */
import type { Sql } from "postgres";

export interface TableSize {
  readonly table: string;
  /** With its indexes, and what is too long for a row. */
  readonly bytes: number;
  /** As PostgreSQL estimates; null before it has looked. */
  readonly rows: number | null;
  /** On the average since `since`; null until it has been watched for an hour. */
  readonly bytes_per_day: number | null;
}

export interface Storage {
  /** Of the whole database, with what is none of Signalbox's. */
  readonly bytes: number;
  readonly bytes_per_day: number | null;
  /** When the sizes were first recorded, at most a week ago. */
  readonly since: string | null;
  /** The largest first. */
  readonly tables: readonly TableSize[];
}

export type TableSizes = ReturnType<typeof createTableSizes>;

export function createTableSizes(sql: Sql) {
  return {
    /** Once an hour, however many hosts do so and however often. */
    async record(): Promise<void> {
      await sql`
        insert into table_sizes (table_name, bytes)
        select relname, pg_total_relation_size(oid) from pg_class
        where relkind = 'r' and relnamespace = current_schema()::regnamespace
          and not exists (
            select from table_sizes where at > now() - interval '59 minutes')
        on conflict do nothing`;
      await sql`delete from table_sizes where at < now() - interval '7 days'`;
    },
    async read(): Promise<Storage> {
      const [tables, [whole]] = await Promise.all([
        readTables(sql),
        sql<{ bytes: number; since: Date | null }[]>`
          select pg_database_size(current_database())::float8 as bytes,
            (select min(at) from table_sizes) as since`,
      ]);
      const grown = tables.map(({ bytes_per_day }) => bytes_per_day)
        .filter((bytes) => bytes !== null);
      return {
        bytes: whole!.bytes,
        bytes_per_day: grown.length
          ? grown.reduce((sum, bytes) => sum + bytes)
          : null,
        since: whole!.since?.toISOString() ?? null,
        tables,
      };
    },
  };
}

/** Of a table that is emptied or dropped what it took before is of no account. */
async function readTables(sql: Sql): Promise<TableSize[]> {
  return [
    ...await sql<TableSize[]>`
      with first as (
        select distinct on (table_name) table_name, at, bytes from table_sizes
        order by table_name, at
      )
      select relname as table, size.bytes,
        case when reltuples >= 0 then reltuples::float8 end as rows,
        case when first.at < now() - interval '1 hour' then
          round((size.bytes - first.bytes) * 86400
            / extract(epoch from now() - first.at))::float8
        end as bytes_per_day
      from pg_class
      cross join lateral (
        select pg_total_relation_size(pg_class.oid)::float8 as bytes) as size
      left join first on table_name = relname
      where relkind = 'r' and relnamespace = current_schema()::regnamespace
      order by size.bytes desc, relname`,
  ];
}
