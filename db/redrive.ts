/** Sends dead letters through the stream again. */
import type { PendingQuery, Row, Sql, TransactionSql } from "postgres";
import type { Message } from "../broker/broker.ts";
import type { Publish } from "./dead_letters.ts";

/** Small enough that a page of the largest messages (1 MB) fits into memory. */
const pageSize = 100;

/**
 * Page by page: locked, published, deleted, committed. Two who redrive at once share the pages.
 * @throws what `publish` throws; the pages before are done, the others remain dead letters
 */
export async function redrive(
  sql: Sql,
  condition: PendingQuery<Row[]>,
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
    if (done < pageSize) return total;
  }
}

async function redrivePage(
  tx: TransactionSql,
  condition: PendingQuery<Row[]>,
  publish: Publish,
): Promise<number> {
  const rows = await tx<{ id: string; topic: string; message: Message }[]>`
    select id, topic, message from dead_letters where ${condition}
    order by id limit ${pageSize} for update skip locked`;
  for (const [topic, letters] of Map.groupBy(rows, (row) => row.topic)) {
    await publish(topic, letters.map((letter) => letter.message));
  }
  await tx`
    delete from dead_letters
    where id = any (${rows.map((row) => row.id)}::bigint[])`;
  return rows.length;
}
