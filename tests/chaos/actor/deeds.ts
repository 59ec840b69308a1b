/** What an event can do to the isolate that handles it. */
import {
  type ActorEvent,
  type HandleContext,
  PermanentError,
} from "../../../engine/actor.ts";
import type { ChaosData } from "./mod.ts";

export const deeds = [
  "crash",
  "hang",
  "loop",
  "exit",
  "throw",
  "permanent",
  "slow",
  "clock",
] as const;

export type Deed = typeof deeds[number];
type Event = ActorEvent<ChaosData>;

/** Three times the claim threshold of the hosts under test, and less than their handler's timeout. */
export const slowMs = 6_000;
const hourMs = 3_600_000;
const isolate = crypto.randomUUID();
const forever = () => new Promise<never>(() => {});

/** Does what the events of a batch tell, those that are slow at the same time. */
export async function obey(
  events: readonly Event[],
  when: ChaosData["when"],
  ctx: HandleContext,
): Promise<void> {
  const slow: Event[] = [];
  for (const event of events) {
    const { deed, once } = event.data;
    if (deed === "none" || event.data.when !== when) continue;
    if (once && !await isFirst(event, ctx)) continue;
    if (deed === "slow") slow.push(event);
    else await act(deed, event);
  }
  await Promise.all(slow.map((event) => beSlow(event, ctx)));
}

/** Committed before the deed: at most once, whatever dies. */
async function isFirst({ id }: Event, { sql }: HandleContext) {
  const rows = await sql`
    insert into chaos_deeds (id) values (${id})
    on conflict do nothing returning id`;
  return rows.length === 1;
}

async function act(deed: Exclude<Deed, "slow">, event: Event): Promise<void> {
  switch (deed) {
    case "crash":
      setTimeout(() => {
        throw new Error(`crash: ${event.id}`);
      });
      return await forever();
    case "hang":
      return await forever();
    case "loop":
      // And goes on, though it has been given up: what it does now must reach nobody.
      return spin();
    case "exit":
      Deno.exit(0);
      return;
    case "throw":
      throw new Error(`throw: ${event.id}`);
    case "permanent":
      throw new PermanentError(`permanent: ${event.id}`);
    case "clock":
      return shiftClock(event.data.n % 2 ? hourMs : -hourMs);
  }
}

/**
 * Five times as long as the limit. Deno does not stop a thread that spins (docs/architecture.md): for good, each
 * would take a core away from all that is measured after it.
 */
function spin(): void {
  const until = performance.now() + 10_000;
  while (performance.now() < until);
}

function shiftClock(ms: number): void {
  const before = Date.now;
  Date.now = () => before() + ms;
}

/** Notes its beginning and its end: two runs at once are seen there. */
async function beSlow({ id }: Event, { sql, signal }: HandleContext) {
  const run = crypto.randomUUID();
  await sql`
    insert into chaos_runs (run, id, isolate) values (${run}, ${id}, ${isolate})`;
  await new Promise<void>((resolve, reject) => {
    setTimeout(resolve, slowMs);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  await sql`
    update chaos_runs set ended_at = clock_timestamp() where run = ${run}`;
}
