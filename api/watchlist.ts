/** The symbols that are scanned, and those that there are. */
import { z } from "zod";
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { Services, Watching } from "../host/services.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { search, time } from "./fields.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<Pick<Services, "watching">>();

const watchedSchema = z.object({ symbol: z.string(), added_at: time })
  .meta({ id: "WatchedSymbol" });

const addedSchema = watchedSchema.extend({
  warning: z.string().optional()
    .describe("Why the market could not be asked about it"),
});

const listingSchema = z.object({
  symbol: z.string(),
  description: z.string(),
  type: z.string(),
}).meta({ id: "Listing" });

export const watchlist = [
  endpoint("GET", "/api/watchlist", {
    summary: "The symbols that are scanned, in the order they were added",
    answers: { 200: z.object({ symbols: z.array(watchedSchema) }) },
  }, async ({ services: { watching } }) => {
    return reply(200, { symbols: await watching.list() });
  }),

  endpoint("GET", "/api/watchlist/{symbol}", {
    summary: "One symbol of the watchlist",
    answers: { 200: watchedSchema },
    problems: ["not-found"],
  }, async ({ services: { watching }, params }) => {
    return reply(200, await findWatched(watching, params.symbol));
  }),

  endpoint("PUT", "/api/watchlist/{symbol}", {
    summary: "Adds a symbol and starts scanning it",
    description: "201 if it is new, 200 if it was there. A symbol that the " +
      "market does not know is refused; if the market cannot be asked, it is " +
      "added with a `warning`.",
    answers: { 200: addedSchema, 201: addedSchema },
    problems: ["unknown-symbol"],
  }, async ({ services: { watching }, params }) => {
    const { entry, added, warning } = await watching.add(params.symbol);
    const body = warning === null ? entry : { ...entry, warning };
    return added ? reply(201, body) : reply(200, body);
  }),

  endpoint("DELETE", "/api/watchlist/{symbol}", {
    summary: "Stops scanning a symbol; its history stays",
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services: { watching }, params: { symbol } }) => {
    if (!await watching.remove(symbol)) throw notWatched(symbol);
    return reply(204, null);
  }),

  endpoint("GET", "/api/search", {
    summary: "Symbols that the market finds by a name or a part of one",
    query: z.strictObject({ q: search }),
    answers: { 200: z.object({ listings: z.array(listingSchema) }) },
  }, async ({ services: { watching }, query, request }) => {
    refuseOtherSites(request);
    const listings = await watching.search(query.q);
    return reply(200, { listings });
  }),
];

/** A page of another site could use up the quota: it reads nothing here, but every search is a call. */
function refuseOtherSites({ headers }: Request): void {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return;
  const detail = `refused: a search sent by a page of another site (${site})`;
  throw new ProblemError("cross-site", detail);
}

/** @throws {ProblemError} `not-found` */
export async function findWatched(
  watching: Pick<Watching, "list">,
  symbol: string,
): Promise<WatchlistEntry> {
  const list = await watching.list();
  const entry = list.find((watched) => watched.symbol === symbol);
  if (!entry) throw notWatched(symbol);
  return entry;
}

function notWatched(symbol: string): ProblemError {
  const add = `add it with PUT /api/watchlist/${symbol}`;
  const detail = `"${symbol}" is not on the watchlist; ${add}`;
  return new ProblemError("not-found", detail);
}

/** @throws {ProblemError} `unknown-symbol`, with those that are not on the watchlist. */
export async function refuseUnwatched(
  watching: Pick<Watching, "list">,
  symbols: readonly string[],
): Promise<void> {
  const list = await watching.list();
  const watched = new Set(list.map((entry) => entry.symbol));
  const others = symbols.filter((symbol) => !watched.has(symbol));
  if (others.length === 0) return;
  const detail = `Not on the watchlist: ${others.slice(0, 20).join(", ")}`;
  throw new ProblemError("unknown-symbol", detail);
}
