/** Alerts: what people want to be told of, and what was told. */
import { z } from "zod";
import type { AlertRule } from "../db/alert_rule.ts";
import type { Alert } from "../db/alerts.ts";
import type { Services } from "../host/services.ts";
import { symbolHint } from "../market/market.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { alertId, instant, limit, symbol, time } from "./fields.ts";
import { check } from "./input.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<Pick<Services, "alerts">>();

const everyOrOne = z.union([z.literal("*"), symbol], {
  error: `a symbol is ${symbolHint}, such as BRK.B; or give "*" for each`,
}).describe("A symbol, or `*` for each of them");

const number = (least: number, most: number) => z.number().min(least).max(most);

const text = (most: number) =>
  z.string()
    .refine(
      (text) => [...text].length <= most,
      `give at most ${most} characters`,
    )
    .meta({ maxLength: most });

/** Besides white space, as `seen` in fields.ts has it, and what stands between words. */
// deno-lint-ignore no-control-regex
const wordSeen = /[^\s\u001c-\u001f\u0085\ufeff,;、，；،]/;

/** By the kind of rule, `when`: what only it has. */
const fields = {
  price: {
    crosses: z.enum(["above", "below"]),
    value: number(-1e12, 1e12).describe("The line that a price crosses"),
  },
  move: {
    percent: number(0.01, 10_000)
      .describe("Against any price of the last `minutes`, up or down"),
    minutes: z.int().min(1).max(1_440),
  },
  rating: { change: z.enum(["upgrade", "downgrade", "any"]) },
  news: {
    words: text(500).regex(wordSeen, "give at least one word").describe(
      "Whole words, any of them, in any case, with commas between",
    ),
  },
};

const hysteresis = number(0, 50)
  .describe("In percent: how far a price goes back before it may fire again");
const cooldown = z.int().min(0).max(525_600)
  .describe("After a firing, by market time");

const common = {
  repeat: z.enum(["rearm", "once"]).default("rearm"),
  hysteresis: hysteresis.default(0.5),
  cooldown_minutes: cooldown.default(0),
  expires_at: instant.nullable().default(null),
  note: text(500).default(""),
};

const kinds = ["price", "move", "rating", "news"] as const;

const ruleSchema = z.discriminatedUnion("when", [
  ruleOf("price"),
  ruleOf("move"),
  ruleOf("rating"),
  ruleOf("news"),
]).meta({
  example: { symbol: "IBM", when: "price", crosses: "above", value: 180.5 },
});

function ruleOf<const Kind extends typeof kinds[number]>(when: Kind) {
  return z.strictObject({
    symbol: everyOrOne,
    when: z.literal(when),
    ...fields[when],
    ...common,
  });
}

const all = {
  ...fields.price,
  ...fields.move,
  ...fields.rating,
  ...fields.news,
};

/** What is not given stays as it is. */
const changeSchema = z.strictObject({
  symbol: everyOrOne,
  when: z.enum(kinds),
  ...all,
  repeat: z.enum(["rearm", "once"]),
  hysteresis,
  cooldown_minutes: cooldown,
  expires_at: instant.nullable(),
  note: text(500),
  paused: z.boolean(),
}).partial().meta({ example: { paused: true } });

/** A rule as it is kept, with what every one has. */
const keptRule = z.looseObject({
  symbol: z.string(),
  when: z.enum(kinds),
  repeat: z.enum(["rearm", "once"]),
  hysteresis: z.number(),
  cooldown_minutes: z.int(),
  expires_at: time.nullable(),
  note: z.string(),
});

const alertSchema = keptRule.extend({
  id: z.int(),
  paused: z.boolean(),
  created_at: time,
  state: z.enum(["armed", "waiting", "fired", "paused", "expired"]).describe(
    "`waiting`: nothing was observed yet, or its condition has to end first; " +
      "`fired`: the same, after it has fired",
  ),
  fired: z.int().describe("How often it has fired"),
  last_fired_at: time.nullable(),
}).meta({ id: "Alert" });

const firingSchema = z.object({
  id: z.string().describe("The same at each delivery"),
  alert: z.int().describe("The alert's number; it may be gone by now"),
  symbol: z.string(),
  at: time.describe("Market time of what fired it"),
  value: z.union([z.number(), z.string()])
    .describe("The price, the new word of the ratings, or the headline"),
  text: z.string().describe("For people"),
  rule: keptRule.describe("As it was then"),
  fired_at: time,
  delivered_at: time.nullable()
    .describe("Null until each channel that is configured has it"),
  attempts: z.int(),
  last_error: z.string().nullable().describe("Of the last attempt to deliver"),
}).meta({ id: "Firing" });

export const alerts = [
  endpoint("GET", "/api/alerts", {
    summary: "Every alert, with its state",
    answers: { 200: z.object({ alerts: z.array(alertSchema) }) },
  }, async ({ services }) => {
    const alerts = (await services.alerts.list()).map(flat);
    return reply(200, { alerts });
  }),

  endpoint("POST", "/api/alerts", {
    summary: "Makes an alert: what is published from now on may fire it",
    body: ruleSchema,
    answers: {
      201: {
        description: "The alert; `Location` is its address",
        content: { "application/json": alertSchema },
      },
    },
    problems: ["refused"],
  }, async ({ services, body }) => {
    const made = await services.alerts.add(body as AlertRule);
    return reply(201, flat(made), { location: `/api/alerts/${made.id}` });
  }),

  endpoint("GET", "/api/alerts/firings", {
    summary: "What has fired, newest first",
    query: z.strictObject({
      alert: alertId.optional(),
      symbol: symbol.optional(),
      limit: limit(1_000).default(100),
    }),
    answers: { 200: z.object({ firings: z.array(firingSchema) }) },
  }, async ({ services, query }) => {
    const firings = await services.alerts.firings(query);
    return reply(200, { firings: firings as z.infer<typeof firingSchema>[] });
  }),

  endpoint("GET", "/api/alerts/{alert}", {
    summary: "One alert",
    answers: { 200: alertSchema },
    problems: ["not-found"],
  }, async ({ services, params }) => {
    return reply(200, flat(await services.alerts.get(Number(params.alert))));
  }),

  endpoint("PATCH", "/api/alerts/{alert}", {
    summary: "Changes an alert, pauses it or lets it go on",
    description:
      "It starts anew, as if it were made now, unless only its note or " +
      "its end is another.",
    body: changeSchema,
    answers: { 200: alertSchema },
    problems: ["not-found", "conflict"],
  }, async ({ services, params, body }) => {
    const id = Number(params.alert);
    const before = await services.alerts.get(id);
    const after = changed(before, body);
    return reply(200, flat(await services.alerts.change(id, after)));
  }),

  endpoint("DELETE", "/api/alerts/{alert}", {
    summary: "Deletes an alert; its firings stay",
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services, params: { alert } }) => {
    if (await services.alerts.remove(Number(alert))) return reply(204, null);
    throw new ProblemError("not-found", `There is no alert ${alert}`);
  }),
];

function flat({ rule, ...alert }: Alert) {
  return { ...rule, ...alert } as z.infer<typeof alertSchema>;
}

/** @throws {ProblemError} if it makes no rule together */
function changed(
  before: Alert,
  { paused = before.paused, ...change }: z.infer<typeof changeSchema>,
) {
  const isOther = change.when && change.when !== before.rule.when;
  const kept = Object.entries(before.rule)
    .filter(([field]) => !isOther || !(field in all));
  const together = { ...Object.fromEntries(kept), ...change };
  try {
    return { paused, rule: checkRule(together) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // Each is right by itself, or it had not come so far.
    throw new ProblemError("conflict", error.message, error.options);
  }
}

/** A rule with all that it may leave out. @throws {ProblemError} that names what is wrong */
export function checkRule(given: unknown): AlertRule {
  return check(ruleSchema, given, "body") as AlertRule;
}
