/** Commands about alerts. */
import type { AlertFiring, AlertState } from "../db/alerts.ts";
import { type AlertRule, ruleText } from "../db/alert_rule.ts";
import { type Api, path } from "./api.ts";
import {
  command,
  type Context,
  timeOf,
  UsageError,
  type Values,
} from "./command.ts";
import { table } from "./table.ts";
import { type Clock, timeHint } from "./times.ts";

type Alert = AlertRule & {
  readonly id: number;
  readonly state: AlertState;
  readonly fired: number;
};

const flagsOfAlerts = {
  above: { type: "string", help: "The price crosses this line upwards." },
  below: { type: "string", help: "The price crosses this line downwards." },
  percent: {
    type: "string",
    help: "The price moves so far within --minutes (60).",
  },
  minutes: { type: "string", help: "See --percent." },
  rating: {
    type: "string",
    help: "The consensus changes: upgrade, downgrade or any.",
  },
  words: { type: "string", help: "News hold one of them: 'merger, takeover'." },
  once: { type: "boolean", help: "It fires once." },
  hysteresis: {
    type: "string",
    help: "In percent: how far back before it may fire again (0.5).",
  },
  cooldown: { type: "string", help: "Minutes of rest after a firing (0)." },
  until: { type: "string", help: `When it expires: +8h, ${timeHint}.` },
  note: { type: "string", help: "A word for yourself." },
  limit: { type: "string", help: "How many firings (20)." },
} as const;

const alerts = command({
  words: "[list|add|remove|firings]…",
  flags: flagsOfAlerts,
  summary: "Lists alerts; add <symbol>, remove <id>…; firings: what has fired.",
  details:
    "  alerts add IBM --above 180.5\n  alerts add '*' --percent 5 --minutes 60\n" +
    "  alerts add '*' --rating downgrade\n  alerts add NVDA --words 'merger, takeover'",
  async run([what = "list", ...rest], context) {
    const { api, flags, answer, clock } = context;
    switch (what) {
      case "list":
        return await list(api, answer);
      case "firings":
        return await firings(context, flags.limit ?? "20");
      case "add": {
        const rule = ruleOf(rest, flags, clock);
        const made = await api.post<Alert>("/api/alerts", rule);
        return answer(made, `alert ${made.id}: ${ruleText(made)}`);
      }
      case "remove": {
        if (!rest.length) throw new UsageError("alerts remove needs an id");
        for (const id of rest) await api.delete(path`/api/alerts/${id}`);
        return answer({ removed: rest }, `removed ${rest.join(", ")}`);
      }
      default:
        throw new UsageError(
          `alerts does not know "${what}", only list, add, remove, firings`,
        );
    }
  },
});

type Answer = (value: unknown, text: string) => void;

async function list(api: Api, answer: Answer): Promise<void> {
  const { alerts } = await api.get<{ alerts: Alert[] }>("/api/alerts");
  const rows = table(alerts, [
    { heading: "ID", cell: ({ id }) => id, right: true },
    { heading: "STATE", cell: ({ state }) => state },
    { heading: "FIRED", cell: ({ fired }) => fired, right: true },
    { heading: "ALERT", cell: ruleText },
    { heading: "NOTE", cell: ({ note }) => note },
  ]);
  answer(alerts, alerts.length ? rows : "no alerts");
}

async function firings(
  { api, answer, time }: Pick<Context<never>, "api" | "answer" | "time">,
  limit: string,
): Promise<void> {
  const query = new URLSearchParams({ limit });
  const { firings } = await api.get<{ firings: AlertFiring[] }>(
    `/api/alerts/firings?${query}`,
  );
  const rows = table(firings, [
    { heading: "FIRED", cell: ({ fired_at }) => time(fired_at) },
    { heading: "ALERT", cell: ({ alert }) => alert, right: true },
    { heading: "SYMBOL", cell: ({ symbol }) => symbol },
    { heading: "WHAT", cell: ({ text }) => text },
    {
      heading: "DELIVERED",
      cell: (one) => time(one.delivered_at) ?? one.last_error,
    },
  ]);
  answer(firings, firings.length ? rows : "nothing has fired");
}

function ruleOf(
  [symbol, more]: string[],
  flags: Values<typeof flagsOfAlerts>,
  clock: Clock,
) {
  if (!symbol) throw new UsageError("alerts add needs a symbol, or '*'");
  if (more) throw new UsageError(`alerts add does not take "${more}"`);
  const { hysteresis, cooldown, until, note } = flags;
  return {
    symbol,
    ...conditionOf(flags),
    ...flags.once && { repeat: "once" },
    ...hysteresis !== undefined && { hysteresis: Number(hysteresis) },
    ...cooldown !== undefined && { cooldown_minutes: Number(cooldown) },
    ...until !== undefined &&
      { expires_at: timeOf(until, "--until", clock, true) },
    ...note !== undefined && { note },
  };
}

function conditionOf(flags: Values<typeof flagsOfAlerts>) {
  const { above, below, percent, minutes = "60", rating, words } = flags;
  const conditions = [
    above !== undefined &&
    { when: "price", crosses: "above", value: Number(above) },
    below !== undefined &&
    { when: "price", crosses: "below", value: Number(below) },
    percent !== undefined &&
    { when: "move", percent: Number(percent), minutes: Number(minutes) },
    rating !== undefined && { when: "rating", change: rating },
    words !== undefined && { when: "news", words },
  ].filter((one) => one !== false);
  if (conditions.length === 1) return conditions[0]!;
  const allowed = "--above, --below, --percent, --rating, --words";
  throw new UsageError(`alerts add needs one of ${allowed}`);
}

export const alertCommands = { alerts };
