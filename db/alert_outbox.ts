/** The firings that are still to be delivered: each is claimed by one host for a while. */
import type { Sql } from "postgres";
import { type AlertFiring, firingOf, type FiringRow } from "./alerts.ts";

export interface Undelivered extends AlertFiring {
  /** The channels that have it already. */
  readonly channels: readonly string[];
}

/** For so long a firing is tried. */
const triedFor = "1 day";

export function createAlertOutbox(sql: Sql) {
  return {
    /** Claims the next ones, each for `leaseMs`; whoever dies meanwhile leaves them to the others. */
    async claim(most: number, leaseMs: number): Promise<Undelivered[]> {
      const rows = await sql<(FiringRow & { channels: string[] })[]>`
        update alert_firings set attempts = attempts + 1,
          next_try_at = now() + make_interval(secs => ${leaseMs / 1000})
        where id in (
          select id from alert_firings
          where delivered_at is null and next_try_at <= now()
            and fired_at > now() - ${triedFor}::interval
          order by next_try_at limit ${most} for update skip locked
        )
        returning id, alert_id as alert, symbol, at, value, text, rule, fired_at,
          delivered_at, attempts, last_error, channels`;
      return rows.map((row) => ({ ...firingOf(row), channels: row.channels }));
    },
    /** @param error null if every channel has it; else it is tried again in `againMs` */
    async settle(
      id: string,
      channels: readonly string[],
      error: string | null,
      againMs: number,
    ): Promise<void> {
      await sql`
        update alert_firings set channels = ${[
        ...channels,
      ]}::text[], last_error = ${error},
          delivered_at = case when ${error === null} then now() end,
          next_try_at = now() + make_interval(secs => ${againMs / 1000})
        where id = ${id}`;
    },
  };
}
