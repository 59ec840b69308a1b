/** The forms of alerts: one for each kind of rule, to make one or to change it. */
import type { ComponentChildren } from "preact";
import type { Alert } from "../../db/alerts.ts";
import type { AlertRule } from "../../db/alert_rule.ts";
import { CommandButton, CommandForm } from "../../ui/parts.tsx";

export const kinds = ["price", "move", "rating", "news"] as const;

export type Kind = typeof kinds[number];

const titles: Record<Kind, string> = {
  price: "A price crosses a line",
  move: "A price moves",
  rating: "The analysts change their mind",
  news: "News with a word",
};

interface Props {
  /** The page that takes the form. */
  action: string;
  kind: Kind;
  /** Filled in; it can be changed where `alert` is none. */
  symbol?: string;
  /** The one to change. */
  alert?: Alert;
}

export function AlertForm({ action, kind, symbol = "", alert }: Props) {
  const given: Partial<AlertRule> = alert?.rule ?? { symbol };
  const fields = { when: kind, ...alert && { id: String(alert.id) } };
  return (
    <CommandForm class="filter" action={action} fields={fields}>
      <Field name="Symbol">
        <input
          name="symbol"
          required
          size={8}
          value={given.symbol}
          placeholder="IBM, or *"
        />
      </Field>
      <Condition kind={kind} given={given} />
      <Choice
        name="Afterwards"
        field="repeat"
        given={given.repeat}
        options={{ rearm: "arm again", once: "rest" }}
      />
      {kind === "price" && (
        <Number
          name="Back by %"
          field="hysteresis"
          given={given.hysteresis ?? 0.5}
        />
      )}
      <Number
        name="Pause, min"
        field="cooldown_minutes"
        given={given.cooldown_minutes ?? 0}
      />
      <Field name="Until (UTC)">
        <input
          type="datetime-local"
          name="expires_at"
          value={given.expires_at?.slice(0, 16)}
        />
      </Field>
      <Field name="Note">
        <input name="note" maxLength={500} value={given.note} />
      </Field>
      <CommandButton class="button" intent={alert ? "change" : "add"}>
        {alert ? "Change" : "Add"}
      </CommandButton>
    </CommandForm>
  );
}

/** One form for each kind, closed but for the first. */
export function AlertForms(
  { action, symbol }: Pick<Props, "action" | "symbol">,
) {
  return (
    <>
      {kinds.map((kind, n) => (
        <details key={kind} id={`new-${kind}`} open={n === 0 && !symbol}>
          <summary>{titles[kind]}</summary>
          <AlertForm action={action} kind={kind} symbol={symbol ?? ""} />
        </details>
      ))}
    </>
  );
}

type ConditionProps = { kind: Kind; given: Partial<AlertRule> };

function Condition({ kind, given }: ConditionProps) {
  switch (kind) {
    case "price":
      return (
        <>
          <Choice
            name="Crosses"
            field="crosses"
            given={given.crosses}
            options={{ above: "above", below: "below" }}
          />
          <Number name="The line" field="value" given={given.value} />
        </>
      );
    case "move":
      return (
        <>
          <Number name="Percent" field="percent" given={given.percent ?? 5} />
          <Number
            name="Within, min"
            field="minutes"
            given={given.minutes ?? 60}
          />
        </>
      );
    case "rating":
      return (
        <Choice
          name="Consensus"
          field="change"
          given={given.change}
          options={{
            any: "any change",
            upgrade: "upgrade",
            downgrade: "downgrade",
          }}
        />
      );
    case "news":
      return (
        <Field name="Any of the words">
          <input
            name="words"
            required
            size={24}
            maxLength={500}
            value={given.words ?? ""}
            placeholder="merger, takeover"
          />
        </Field>
      );
  }
}

function Field(
  { name, children }: { name: string; children: ComponentChildren },
) {
  return (
    <label>
      {name}
      {children}
    </label>
  );
}

interface NumberProps {
  name: string;
  field: string;
  given: string | number | null | undefined;
}

function Number({ name, field, given }: NumberProps) {
  return (
    <Field name={name}>
      <input
        name={field}
        required
        inputMode="decimal"
        size={7}
        value={given ?? ""}
      />
    </Field>
  );
}

type ChoiceProps = NumberProps & { options: Readonly<Record<string, string>> };

function Choice({ name, field, given, options }: ChoiceProps) {
  return (
    <Field name={name}>
      <select name={field}>
        {Object.entries(options).map(([value, text]) => (
          <option key={value} value={value} selected={value === given}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}
