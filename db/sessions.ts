/** Which sessions were ended by a logout; those of all hosts, read again every few seconds. */
import type { Sql } from "postgres";

export type EndedSessions = ReturnType<typeof createEndedSessions>;

const readEveryMs = 2_000;

export function createEndedSessions(sql: Sql) {
  let ended: ReadonlySet<string> = new Set();
  let readAt = -Infinity;
  const read = async () => {
    readAt = performance.now();
    const rows = await sql<{ id: string }[]>`
      select id from ended_sessions where until > now()`;
    ended = new Set(rows.map((row) => row.id));
  };
  return {
    /** While PostgreSQL is away, by what was known before. */
    async has(id: string): Promise<boolean> {
      if (performance.now() - readAt > readEveryMs) {
        await read().catch(() => {});
      }
      return ended.has(id);
    },
    /** Ends a session on every host, and forgets those whose time is over. */
    async add(id: string, until: Date): Promise<void> {
      await sql`delete from ended_sessions where until <= now()`;
      await sql`
        insert into ended_sessions (id, until) values (${id}, ${until})
        on conflict do nothing`;
      ended = new Set([...ended, id]);
    },
  };
}
