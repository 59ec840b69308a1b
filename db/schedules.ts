/**
 * Who runs which slot of an actor's schedule. One row per actor holds the last slot that was claimed;
 * leases run by the database's clock, so that hosts need not agree on the time.
 */
import type { Sql } from "postgres";
import { storableText } from "./client.ts";

/** The slots of one actor, as one owner sees them. */
export function createSlotLedger(sql: Sql, actor: string, owner: string) {
  return {
    /**
     * True for one claimant per slot, over all hosts. A slot that is not newer than the last one is
     * refused, unless it is that one, unfinished, and given back or its lease has run out.
     */
    async claim(slot: Date, leaseMs: number) {
      // A row from the future was left by a clock that ran ahead: without the last condition it would
      // stop the schedule until that time has come.
      const claimed = await sql`
        insert into schedules as last (actor, slot, owner, lease_until)
        values (${actor}, ${slot}, ${owner}, now() + ${leaseMs} * interval '1 ms')
        on conflict (actor) do update
        set slot = excluded.slot, owner = excluded.owner,
          lease_until = excluded.lease_until
        where last.slot < excluded.slot
          or (last.slot = excluded.slot
            and last.completed is distinct from last.slot
            and coalesce(last.lease_until, '-infinity') <= now())
          or last.slot > greatest(now(), excluded.slot) + interval '2 minutes'`;
      return claimed.count === 1;
    },
    /** Prolongs the lease; false if the slot is not this owner's any more: stop working on it. */
    async renew(slot: Date, leaseMs: number) {
      const renewed = await sql`
        update schedules set lease_until = now() + ${leaseMs} * interval '1 ms'
        where actor = ${actor} and slot = ${slot} and owner = ${owner}
          and lease_until is not null`;
      return renewed.count === 1;
    },
    /** Marks the slot as done; false if it is not this owner's any more. */
    async complete(slot: Date) {
      const done = await sql`
        update schedules set completed = slot, lease_until = null, error = null
        where actor = ${actor} and slot = ${slot} and owner = ${owner}`;
      return done.count === 1;
    },
    /** Gives the slot back, so that it can be claimed again at once, and keeps the reason, if there is one. */
    async fail(slot: Date, error: string | null) {
      const told = error === null ? null : storableText(error);
      const failed = await sql`
        update schedules set lease_until = null, error = ${told}
        where actor = ${actor} and slot = ${slot} and owner = ${owner}
          and completed is distinct from slot`;
      return failed.count === 1;
    },
    /** The newest slot that was completed, and why the last try failed; null after one that succeeded. */
    async status() {
      type Status = { lastCompleted: Date | null; lastError: string | null };
      const [row] = await sql<Status[]>`
        select completed as "lastCompleted", error as "lastError"
        from schedules where actor = ${actor}`;
      return { lastCompleted: null, lastError: null, ...row };
    },
  };
}
