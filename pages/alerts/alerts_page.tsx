/** What the page of alerts shows, and what its forms do; the page of a symbol has its own. */
import type { VNode } from "preact";
import type { AlertRule } from "../../db/alert_rule.ts";
import type { Services } from "../../host/services.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { Card } from "../../ui/parts.tsx";
import { AlertForms } from "./AlertForm.tsx";
import { AlertList, FiringList } from "./AlertList.tsx";

type Needs = Pick<Services, "alerts">;

/** Makes a rule of what a form holds; throws an error that says what is wrong. */
export type CheckRule = (given: unknown) => AlertRule;

const mostFirings = 100;

export async function alertsPage(
  { alerts }: Needs,
  notice: PageNotice | null,
): Promise<LivePage> {
  const [all, firings] = await Promise.all([
    alerts.list(),
    alerts.firings({ limit: mostFirings }),
  ]);
  return {
    notice,
    panels: {
      firings: (
        <Card id="firings" title="Fired">
          <FiringList firings={firings} />
        </Card>
      ),
      alerts: (
        <Card id="all" title="Alerts">
          <AlertList alerts={all} action="/alerts" />
        </Card>
      ),
    },
  };
}

/** Of one symbol, for its page; says why where they cannot be read. */
export async function symbolAlerts(
  { alerts }: Needs,
  symbol: string,
): Promise<VNode> {
  const read = Promise.all([
    alerts.list(),
    alerts.firings({ symbol, limit: 5 }),
  ]);
  const found = await read.catch(() => null);
  // The page of alerts does what the form says, and leads back.
  const action = `/alerts?from=${encodeURIComponent(symbol)}`;
  const own = found?.[0].filter(({ rule }) =>
    rule.symbol === symbol || rule.symbol === "*"
  );
  return (
    <Card id="alerts" title="Alerts" aside={<a href="/alerts">All alerts</a>}>
      {found === null && <p class="empty">They cannot be read now.</p>}
      {found && found[1].length > 0 && <FiringList firings={found[1]} />}
      {own && own.length > 0 && <AlertList alerts={own} action={action} />}
      <AlertForms action={action} symbol={symbol} />
    </Card>
  );
}

/**
 * Does what a form says; resolves to the address that says so.
 * @param from the symbol whose page the form is on; null for the page of alerts
 */
export async function commandAlerts(
  { alerts }: Needs,
  form: FormData,
  checkRule: CheckRule,
  from: string | null,
): Promise<string> {
  const did = String(form.get("intent") ?? "");
  const address = from === null
    ? `/alerts?did=${did}`
    : `/symbols/${encodeURIComponent(from)}`;
  if (did === "add") {
    await alerts.add(checkRule(given(form)));
    return address;
  }
  const id = Number(form.get("id"));
  if (!Number.isInteger(id)) throw new TypeError("That is no alert.");
  if (did === "remove") await alerts.remove(id);
  else await change(alerts, id, did, form, checkRule);
  return address;
}

async function change(
  alerts: Needs["alerts"],
  id: number,
  did: string,
  form: FormData,
  checkRule: CheckRule,
): Promise<void> {
  const { rule, paused } = await alerts.get(id);
  if (did === "change") {
    await alerts.change(id, { rule: checkRule(given(form)), paused });
  } else if (did === "pause" || did === "resume") {
    await alerts.change(id, { rule, paused: did === "pause" });
  } else {
    throw new TypeError(`"${did}" is not something that an alert can do.`);
  }
}

const numbers = [
  "value",
  "percent",
  "minutes",
  "hysteresis",
  "cooldown_minutes",
];

/** A form as a rule: numbers are numbers, and the time of an `<input>` is UTC. */
function given(form: FormData): Record<string, unknown> {
  const rule: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (name === "intent" || name === "id" || typeof value !== "string") {
      continue;
    }
    const text = value.trim();
    if (name === "expires_at") {
      if (text) rule[name] = /:\d\d$/.test(text) ? instantOf(text) : text;
    } else {
      rule[name] = numbers.includes(name) ? numberOf(text) : text;
    }
  }
  return rule;
}

/** `2026-01-31T14:30`, with or without seconds. */
function instantOf(text: string): string {
  return text.length === 16 ? `${text}:00Z` : `${text}Z`;
}

/** As it was typed where it is none: then the refusal can name it. */
function numberOf(text: string): number | string {
  const number = Number(text.replace(",", "."));
  return text === "" || Number.isNaN(number) ? text : number;
}

const outcomes = new Map([
  ["add", "The alert is made: what comes from now on may fire it."],
  ["change", "The alert is changed, and starts anew."],
  ["pause", "The alert is paused."],
  ["resume", "The alert goes on, as if it were made now."],
  ["remove", "The alert is deleted; what it fired stays."],
]);

export function noticeOf(query: URLSearchParams): PageNotice | null {
  const text = outcomes.get(query.get("did") ?? "");
  return text ? { text } : null;
}
