import { z } from "zod";
import { watchedSchema } from "../../../api/answers.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";
import { symbolParams } from "../../../api/fields.ts";
import { findWatched, notWatched } from "../../../api/find.ts";
import { askMarket, scanSoon } from "../../../api/symbols.ts";

const addedSchema = watchedSchema.extend({
  warning: z.string().optional()
    .describe("Why the market could not be asked about it"),
});

export const handler = api({
  GET: endpoint(
    {
      summary: "One symbol of the watchlist",
      params: symbolParams,
      answers: { 200: watchedSchema },
      problems: ["not-found"],
    },
    async ({ services, params }) =>
      reply(200, await findWatched(services, params.symbol)),
  ),

  PUT: endpoint({
    summary: "Adds a symbol and starts scanning it",
    description: "201 if it is new, 200 if it was there. A symbol that the " +
      "market does not know is refused; if the market cannot be asked, it is " +
      "added with a `warning`.",
    params: symbolParams,
    answers: { 200: watchedSchema, 201: addedSchema },
    problems: ["unknown-symbol"],
  }, async ({ services, params: { symbol } }) => {
    const list = await services.watchlist.list();
    const there = list.find((entry) => entry.symbol === symbol);
    if (there) return reply(200, there);
    const warning = await askMarket(services, symbol);
    const added = await services.watchlist.add(symbol);
    const entry = await findWatched(services, symbol);
    if (!added) return reply(200, entry);
    scanSoon(services, symbol);
    return reply(201, warning ? { ...entry, warning } : entry);
  }),

  DELETE: endpoint({
    summary: "Stops scanning a symbol; its history stays",
    params: symbolParams,
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services, params: { symbol } }) => {
    if (!await services.watchlist.remove(symbol)) throw notWatched(symbol);
    return reply(204, null);
  }),
});
