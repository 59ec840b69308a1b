/** Alerts with their states and what can be done with each, and what has fired. */
import type { Alert, AlertFiring } from "../../db/alerts.ts";
import { ruleText } from "../../db/alert_rule.ts";
import { type Column, Table } from "../../ui/DataTable.tsx";
import { plural } from "../../ui/numbers.ts";
import { CommandButton, CommandForm, StateBadge } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { AlertForm } from "./AlertForm.tsx";

type ListProps = { alerts: readonly Alert[]; action: string };

export function AlertList({ alerts, action }: ListProps) {
  if (!alerts.length) return <p class="blank">No alerts yet.</p>;
  return (
    <ol class="letters">
      {alerts.map((alert) => (
        <AlertItem key={alert.id} alert={alert} action={action} />
      ))}
    </ol>
  );
}

function AlertItem({ alert, action }: { alert: Alert; action: string }) {
  const { id, rule, state, fired, last_fired_at, paused } = alert;
  const what = ruleText(rule);
  return (
    <li class="card">
      <p>
        <StateBadge state={state} /> <strong>{what}</strong>
        {rule.note && <>{" · "}{rule.note}</>}
      </p>
      <p class="small">
        {fired ? `fired ${plural(fired, "time")}, last ` : "has not fired"}
        {last_fired_at && <Time at={last_fired_at} as="age" />}
        {rule.repeat === "once" && " · once"}
        {rule.expires_at && (
          <>
            {" · until "}
            <Time at={rule.expires_at} />
          </>
        )}
      </p>
      <CommandForm class="buttons" action={action} fields={{ id: String(id) }}>
        <CommandButton
          id={`pause-${id}`}
          intent={paused ? "resume" : "pause"}
          aria-label={`${paused ? "Resume" : "Pause"}: ${what}`}
        >
          {paused ? "Resume" : "Pause"}
        </CommandButton>
        <CommandButton
          class="button small danger"
          intent="remove"
          aria-label={`Delete: ${what}`}
        >
          Delete
        </CommandButton>
      </CommandForm>
      <details id={`change-${id}`}>
        <summary>Change</summary>
        <AlertForm action={action} kind={rule.when} alert={alert} />
      </details>
    </li>
  );
}

export function FiringList({ firings }: { firings: readonly AlertFiring[] }) {
  if (!firings.length) return <p class="blank">Nothing has fired yet.</p>;
  return <Table caption="Firings" rows={firings} columns={columns} />;
}

const columns: Column<AlertFiring>[] = [
  { heading: "Fired", cell: ({ fired_at }) => <Time at={fired_at} as="age" /> },
  {
    heading: "Symbol",
    cell: ({ symbol }) => (
      <a href={`/symbols/${encodeURIComponent(symbol)}`}>{symbol}</a>
    ),
  },
  { heading: "What happened", cell: ({ text }) => text },
  { heading: "Market time", cell: ({ at }) => <Time at={at} /> },
  { heading: "Alert", cell: ({ rule }) => ruleText(rule) },
  { heading: "Delivered", cell: deliveredText },
];

function deliveredText({ delivered_at, last_error, attempts }: AlertFiring) {
  if (delivered_at) return <Time at={delivered_at} as="age" />;
  if (!attempts) return "–";
  return `not yet, ${attempts} tries: ${last_error ?? "under way"}`;
}
