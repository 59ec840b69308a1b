/** Which market-data providers have filled this database. */
import type { Sql } from "postgres";

/** Notes that `provider` is used from now on; returns the others that were used before. */
export async function noteMarket(
  sql: Sql,
  provider: string,
): Promise<string[]> {
  await sql`
    insert into markets (provider) values (${provider}) on conflict do nothing`;
  const rows = await sql<{ provider: string }[]>`
    select provider from markets where provider <> ${provider}
    order by first_used_at`;
  return rows.map((row) => row.provider);
}
