/** Many symbols at once, and the named lists on which they stand. */
import { z } from "zod";
import type { Services } from "../host/services.ts";
import { csv, download } from "./csv.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { listId, safe, seen, together } from "./fields.ts";
import { listColumns, listingSchema, listRows } from "./watchlist.ts";

const endpoint = endpointsWith<Pick<Services, "watching">>();

const outcomeSchema = z.object({
  given: z.string().describe("As it came"),
  outcome: z.enum(["added", "known", "unknown", "ambiguous", "refused"])
    .describe(
      "`known`: it was on the list. `unknown`: the market knows nothing of it, or " +
        "it can be no symbol. `ambiguous`: it may be each of `choices`. `refused`: " +
        "there is no room, or the market cannot be asked",
    ),
  symbol: z.string().nullable().describe("What it stands for"),
  list: z.int(),
  name: z.string().nullable().describe("The company"),
  confirmed: z.boolean().nullable()
    .describe("False until the market has told of it"),
  reason: z.string().nullable(),
  choices: z.array(listingSchema).readonly(),
}).meta({ id: "Outcome" });

/** A symbol or a name, as long as JSON Schema counts. */
const text = z.string()
  .refine((text) => [...text].length <= 200, "give at most 200 characters")
  .meta({ maxLength: 200, example: "AAPL" });

/** So many fit into a body, however long each is; a text may hold more. */
const most = 1_000;

/** So many may be names: each takes a search or two. */
const mostSearched = 20;

const symbolsSchema = z.union([
  z.strictObject({
    symbols: z.array(text).min(1).max(most),
    search: z.boolean().exactOptional().describe(
      `They may be names of companies; at most ${mostSearched} of them then`,
    ),
  }).refine(
    ({ symbols, search }) => !search || symbols.length <= mostSearched,
    {
      message: `give at most ${mostSearched} to search for`,
      path: ["symbols"],
      ...together,
    },
  ),
  z.strictObject({
    text: z.string().describe(
      "Symbols between commas, spaces and lines; or CSV with a column `symbol`, " +
        "and perhaps `list`, whose lists are made if they are not there",
    ),
  }),
]).meta({ example: { symbols: ["AAPL", "MSFT"] } });

const nameSchema = z.strictObject({
  name: z.string().regex(seen, "give it a name")
    .refine((text) => [...text].length <= 60, "give at most 60 characters")
    .meta({ minLength: 1, maxLength: 60, example: "Chips" }),
});

const listSchema = z.object({
  id: z.int(),
  name: z.string(),
  symbols: z.int().describe("How many are on it"),
}).meta({ id: "List" });

export const lists = [
  endpoint("POST", "/api/watchlist", {
    summary: "Adds many symbols at once, and tells what became of each",
    description:
      "Of a few new ones the market is asked at once; of more, each " +
      "is added with `confirmed: false`, and the market is asked in the " +
      "background: what it does not know gets `unknown_since`.",
    query: z.strictObject({ list: listId.optional() }),
    body: symbolsSchema,
    answers: { 200: z.object({ outcomes: z.array(outcomeSchema) }) },
    problems: ["not-found", "list-refused", "conflict"],
    slow: true,
  }, async ({ services: { watching }, query: { list }, body }) => {
    const target = { list };
    if ("text" in body) {
      const outcomes = await watching.addText(body.text, target);
      return reply(200, { outcomes });
    }
    if (!body.search) {
      const outcomes = await watching.addMany(body.symbols, target);
      return reply(200, { outcomes });
    }
    const outcomes = [];
    for (const text of body.symbols) {
      outcomes.push(await watching.addTyped(text, target));
    }
    return reply(200, { outcomes });
  }),

  endpoint("GET", "/api/lists", {
    summary: "The named lists, as JSON; or all that is on them, as CSV",
    query: z.strictObject({
      format: z.enum(["json", "csv"]).default("json"),
      safe: safe.exactOptional(),
    }),
    answers: {
      200: {
        description: "The lists, the default one first",
        content: {
          "application/json": z.object({ lists: z.array(listSchema) }),
          "text/csv": z.string(),
        },
      },
    },
  }, async ({ services: { watching }, query }) => {
    const { format, safe } = query;
    const lists = await watching.lists();
    if (format === "json") return reply(200, { lists });
    const rows = await Promise.all(
      lists.map(async ({ id, name }) =>
        listRows(name, await watching.list(id))
      ),
    );
    return download(
      "lists.csv",
      csv(listColumns, rows.flat(), safe !== undefined),
    );
  }),

  endpoint("POST", "/api/lists", {
    summary: "Makes a list",
    body: nameSchema,
    answers: { 201: listSchema },
    problems: ["list-refused"],
  }, async ({ services: { watching }, body: { name } }) => {
    return reply(201, await watching.createList(name));
  }),

  endpoint("PATCH", "/api/lists/{list}", {
    summary: "Names a list otherwise",
    body: nameSchema,
    answers: { 204: z.null() },
    problems: ["not-found", "list-refused"],
  }, async ({ services: { watching }, params, body: { name } }) => {
    await watching.renameList(Number(params.list), name);
    return reply(204, null);
  }),

  endpoint("DELETE", "/api/lists/{list}", {
    summary: "Deletes a list; what is on no other is scanned no more",
    answers: { 204: z.null() },
    problems: ["not-found", "list-refused"],
  }, async ({ services: { watching }, params }) => {
    await watching.deleteList(Number(params.list));
    return reply(204, null);
  }),
];
