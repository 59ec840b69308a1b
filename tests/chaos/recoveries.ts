/** How long it takes after each fault until an event that was published with it is stored. */
import { connectDatabase } from "../../db/client.ts";
import { type Kind, type KindName, kinds } from "./kinds.ts";
import { sleep } from "./processes.ts";

/** Times in milliseconds. */
export interface Recovery {
  readonly kind: KindName;
  /** The time of day at which the event was stored, to look it up in the logs. */
  readonly storedAt: Date;
  /** From the strike until the event was stored. */
  readonly ms: number;
  /**
   * The same from the fault's end, and from when it could be known, without the time in which another fault went
   * on: what the system itself took.
   */
  readonly ownMs: number;
}

export interface Recoveries {
  /** From now on, until the event with this id is stored. */
  expect(id: string, kind: KindName): void;
  /** What the fault took away is there again. */
  over(id: string): void;
  /** Of those that are stored. */
  readonly all: readonly Recovery[];
  /** How long the event has waited that has waited longest; 0 if all are stored. */
  readonly oldestMs: number;
  stop(): Promise<void>;
}

interface Struck {
  readonly kind: KindName;
  readonly since: number;
  over: number;
}

interface Seen {
  readonly fault: Struck;
  readonly at: number;
  readonly storedAt: Date;
}

const lookEveryMs = 50;

/** When it began, and when it was over and could be known. */
function spanOf({ kind, since, over }: Struck): [from: number, to: number] {
  const { limitMs = 0 } = kinds[kind] as Kind;
  return [since, Math.max(over, since + limitMs)];
}

/** Of this time, the part in which none of the faults went on. */
export function unbrokenMs(
  [from, to]: readonly [number, number],
  spans: readonly (readonly [from: number, to: number])[],
): number {
  let [ms, at] = [0, from];
  for (const [since, over] of spans.toSorted(([a], [b]) => a - b)) {
    ms += Math.max(0, Math.min(since, to) - at);
    at = Math.max(at, over);
  }
  return ms + Math.max(0, to - at);
}

function recoveryOf(
  { fault, at, storedAt }: Seen,
  faults: readonly Struck[],
): Recovery {
  const others = faults.filter((other) => other !== fault).map(spanOf);
  const ownMs = unbrokenMs([spanOf(fault)[1], at], others);
  return { kind: fault.kind, storedAt, ms: at - fault.since, ownMs };
}

export function watchRecoveries(databaseUrl: string): Recoveries {
  const sql = connectDatabase(databaseUrl, { max: 1, name: "chaos-test" });
  const open = new Map<string, Struck>();
  const faults = new Map<string, Struck>();
  const seen: Seen[] = [];
  let stopping = false;

  const look = async () => {
    const ids = [...open.keys()];
    if (ids.length === 0) return;
    const rows = await sql<{ id: string }[]>`
      select id from chaos_events where id = any(${ids})`;
    for (const { id } of rows) {
      const [fault, at] = [open.get(id)!, performance.now()];
      seen.push({ fault, at, storedAt: new Date() });
      open.delete(id);
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
    expect(id, kind) {
      const since = performance.now();
      const fault = { kind, since, over: since };
      faults.set(id, fault);
      open.set(id, fault);
    },
    over(id) {
      const fault = faults.get(id);
      if (fault) fault.over = performance.now();
    },
    get all() {
      const struck = [...faults.values()];
      return seen.map((one) => recoveryOf(one, struck));
    },
    get oldestMs() {
      const since = [...open.values()].map((fault) => fault.since);
      return since.length ? performance.now() - Math.min(...since) : 0;
    },
    async stop() {
      stopping = true;
      await watching;
      await sql.end({ timeout: 1 });
    },
  };
}
