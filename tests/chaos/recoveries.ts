/** How long it takes after each fault until an event that was published with it is stored. */
import postgres from "postgres";
import type { KindName } from "./kinds.ts";
import { sleep } from "./processes.ts";

export interface Recoveries {
  /** From now on, until the event with this id is stored. */
  expect(id: string, kind: KindName): void;
  /** Milliseconds, of those that are stored. */
  readonly times: ReadonlyMap<KindName, readonly number[]>;
  /** Events that are not stored yet. */
  readonly open: readonly string[];
  stop(): Promise<void>;
}

const lookEveryMs = 50;

export function watchRecoveries(databaseUrl: string): Recoveries {
  const sql = postgres(databaseUrl, {
    max: 1,
    connect_timeout: 5,
    backoff: () => 0.1,
  });
  const open = new Map<string, { kind: KindName; since: number }>();
  const times = new Map<KindName, number[]>();
  let stopping = false;

  const look = async () => {
    const ids = [...open.keys()];
    if (ids.length === 0) return;
    const rows = await sql<{ id: string }[]>`
      select id from chaos_events where id = any(${ids})`;
    for (const { id } of rows) {
      const { kind, since } = open.get(id)!;
      open.delete(id);
      const known = times.get(kind) ?? [];
      times.set(kind, [...known, performance.now() - since]);
    }
  };
  const watch = async () => {
    while (!stopping) {
      // While the database is away, nothing is stored.
      await look().catch(() => {});
      await sleep(lookEveryMs);
    }
  };
  const watching = watch();
  return {
    expect: (id, kind) => void open.set(id, { kind, since: performance.now() }),
    times,
    get open() {
      return [...open.keys()];
    },
    async stop() {
      stopping = true;
      await watching;
      await sql.end({ timeout: 1 });
    },
  };
}
