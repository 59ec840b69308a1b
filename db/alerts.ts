/** Alerts as people make them, and their firings; what fires them is the actor's (`actors/alerts/`). */
import type { Sql, TransactionSql } from "postgres";
import type { AlertRule } from "./alert_rule.ts";
import { storableText } from "./client.ts";

/**
 * `armed`: it fires at the next chance. `waiting`: its condition has to end first, or nothing was observed yet.
 * `fired`: the same, after it has fired.
 */
export type AlertState = "armed" | "waiting" | "fired" | "paused" | "expired";

export interface Alert {
  readonly id: number;
  readonly rule: AlertRule;
  readonly paused: boolean;
  readonly created_at: string;
  readonly state: AlertState;
  /** How often it has fired. */
  readonly fired: number;
  readonly last_fired_at: string | null;
}

export interface AlertFiring {
  readonly id: string;
  /** The alert's number; it may be gone by now. */
  readonly alert: number;
  readonly symbol: string;
  /** Market time. */
  readonly at: string;
  readonly value: number | string;
  /** For people. */
  readonly text: string;
  /** As it was then. */
  readonly rule: AlertRule;
  readonly fired_at: string;
  /** Null until every channel has it. */
  readonly delivered_at: string | null;
  readonly attempts: number;
  readonly last_error: string | null;
}

export interface FiringsQuery {
  readonly alert?: number | undefined;
  readonly symbol?: string | undefined;
  readonly limit: number;
}

/** An alert that is not there. */
export class NoAlertError extends Error {
  override readonly name = "NoAlertError";
  constructor(id: number) {
    super(
      `there is no alert ${id}; GET /api/alerts lists those that there are`,
    );
  }
}

/** There are as many as there may be. */
export class AlertsFullError extends Error {
  override readonly name = "AlertsFullError";
}

const mostAlerts = 1_000;

/** The actor takes it shared, for each batch: what is published after a change has the change before it. */
const lock = "5183940226177";

export type AlertStore = ReturnType<typeof createAlerts>;

export function createAlerts(sql: Sql) {
  const alone = <T>(work: (tx: Sql) => Promise<T>) =>
    sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${lock}::bigint)`;
      return await work(tx as unknown as Sql);
    }) as Promise<T>;
  const get = async (id: number) => {
    const [found] = await read(sql, id);
    if (!found) throw new NoAlertError(id);
    return found;
  };
  return {
    /** In the order in which they were made. */
    list: () => read(sql, null),
    /** @throws {NoAlertError} */
    get,
    /** @throws {AlertsFullError} */
    async add(rule: AlertRule): Promise<Alert> {
      const [made] = await alone((tx) =>
        tx<{ id: number }[]>`
          insert into alerts (symbol, rule)
          select ${rule.symbol}, ${json(rule)}::text::jsonb
          where (select count(*) from alerts) < ${mostAlerts}
          returning id`
      );
      if (made) return await get(made.id);
      const why = `there are ${mostAlerts} alerts already: delete one first`;
      throw new AlertsFullError(why);
    },
    /**
     * It starts anew, unless only its note or its end is another: what was published before is behind it, and it
     * arms as if it were made now.
     * @throws {NoAlertError}
     */
    async change(
      id: number,
      { rule, paused }: Pick<Alert, "rule" | "paused">,
    ): Promise<Alert> {
      await alone(async (tx) => {
        const after = json(rule);
        const [{ anew } = { anew: false }] = await tx<{ anew: boolean }[]>`
          select paused <> ${paused}
            or (rule - 'note' - 'expires_at') <> (${after}::text::jsonb - 'note' - 'expires_at') as anew
          from alerts where id = ${id}`;
        await tx`
          update alerts set symbol = ${rule.symbol}, rule = ${after}::text::jsonb, paused = ${paused}
          where id = ${id}`;
        if (!anew) return;
        await tx`
          update alerts set since = date_trunc('milliseconds', clock_timestamp()) where id = ${id}`;
        await tx`delete from alert_states where alert_id = ${id}`;
      });
      return await get(id);
    },
    /** Its firings stay. False if it was not there. */
    async remove(id: number): Promise<boolean> {
      const { count } = await alone((tx) =>
        tx`delete from alerts where id = ${id}`
      );
      return count > 0;
    },
    /** Newest first. */
    async firings({ alert, symbol, limit }: FiringsQuery) {
      const rows = await sql<FiringRow[]>`
        select id, alert_id as alert, symbol, at, value, text, rule, fired_at, delivered_at,
          attempts, last_error
        from alert_firings
        where ${alert === undefined ? sql`true` : sql`alert_id = ${alert}`}
          and ${symbol === undefined ? sql`true` : sql`symbol = ${symbol}`}
        order by fired_at desc, id limit ${limit}`;
      return rows.map(firingOf);
    },
  };
}

const json = (rule: AlertRule) =>
  JSON.stringify(
    rule,
    (_, value) => typeof value === "string" ? storableText(value) : value,
  );

interface Row {
  readonly id: number;
  readonly rule: AlertRule;
  readonly paused: boolean;
  readonly created_at: Date;
  /** Of any symbol; null if it has met none. */
  readonly armed: boolean | null;
  readonly fired: number;
  readonly last_fired_at: Date | null;
  readonly expired: boolean;
}

async function read(sql: Sql, id: number | null): Promise<Alert[]> {
  const rows = await sql<Row[]>`
    select id, rule, paused, created_at,
      coalesce(
        (select bool_or((state->>'armed')::boolean) from alert_states where alert_id = alerts.id),
        -- It has met nothing yet: as it will begin.
        (
          select case rule->>'crosses'
            when 'above' then price < (rule->>'value')::float8
            when 'below' then price > (rule->>'value')::float8
          end
          from alert_symbols where alert_symbols.symbol = alerts.symbol
        )
      ) as armed,
      firings.fired, firings.last_fired_at,
      coalesce((rule->>'expires_at')::timestamptz <= now(), false) as expired
    from alerts, lateral (
      select count(*)::integer as fired, max(fired_at) as last_fired_at
      from alert_firings where alert_id = alerts.id
    ) as firings
    where ${id === null ? sql`true` : sql`id = ${id}`} order by id`;
  return rows.map(({ created_at, last_fired_at, expired, armed, ...row }) => ({
    ...row,
    state: stateOf({ expired, armed, ...row }),
    created_at: created_at.toISOString(),
    last_fired_at: last_fired_at?.toISOString() ?? null,
  }));
}

function stateOf(
  { rule, paused, expired, armed, fired }: Pick<
    Row,
    "rule" | "paused" | "expired" | "armed" | "fired"
  >,
): AlertState {
  if (paused) return "paused";
  if (expired) return "expired";
  if (fired && rule.repeat === "once" && rule.symbol !== "*") return "fired";
  // A price has a side that has to be known first.
  if (armed ?? rule.when !== "price") return "armed";
  return fired ? "fired" : "waiting";
}

export type FiringRow =
  & Omit<AlertFiring, "at" | "fired_at" | "delivered_at">
  & { at: Date; fired_at: Date; delivered_at: Date | null };

/** Of a row, whatever else it has. */
export function firingOf(row: FiringRow): AlertFiring {
  const { id, alert, symbol, at, value, text, rule } = row;
  const { fired_at, delivered_at, attempts, last_error } = row;
  return {
    ...{ id, alert, symbol, at: at.toISOString(), value, text, rule },
    fired_at: fired_at.toISOString(),
    delivered_at: delivered_at?.toISOString() ?? null,
    ...{ attempts, last_error },
  };
}

/**
 * After a restore: what the broker took until then was told by alerts before, if at all. They look at it once
 * more, to know where prices are, and fire nothing for it.
 */
export async function settleAlerts(
  tx: TransactionSql,
  until: Date,
): Promise<void> {
  const [found] = await tx<{ there: boolean }[]>`
    select to_regclass('alerts') is not null as there`;
  if (!found!.there) return;
  await tx`
    update alerts set since = greatest(since, ${until} + interval '1 millisecond')`;
}
