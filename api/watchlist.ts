/** The symbols that are scanned, and those that there are. */
import { z } from "zod";
import { defaultList } from "../db/lists.ts";
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { Services, Watching } from "../host/services.ts";
import { csv, download } from "./csv.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { listId, safe, search, symbol, time } from "./fields.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<Pick<Services, "watching">>();

const watchedSchema = z.object({
  symbol: z.string(),
  added_at: time,
  name: z.string().nullable()
    .describe("The company, as the market calls it; null until it was found"),
  currency: z.string().nullable().describe(
    "Of its prices: ISO 4217, or the smaller unit as exchanges write it, as " +
      "GBp; null until the market told it",
  ),
  exchange: z.string().nullable(),
  zone: z.string().nullable().describe("Of the exchange, as the IANA names it"),
  place: z.number().describe("Orders the list; give it to PUT to put it back"),
  confirmed: z.boolean().describe("False until the market has told of it"),
  unknown_since: time.nullable()
    .describe("Since when the market says that there is no such symbol"),
}).meta({ id: "WatchedSymbol" });

export const listingSchema = z.object({
  symbol: z.string(),
  description: z.string(),
  type: z.string(),
}).meta({ id: "Listing" });

const addedSchema = watchedSchema.extend({
  warning: z.string().optional()
    .describe("Why the market could not be asked about it"),
});

const ofList = z.strictObject({ list: listId.optional() });

const placeSchema = z.number().min(-1e12).max(1e12)
  .describe("Where it stood before it was removed: that entry's `place`");

export const watchlist = [
  endpoint("GET", "/api/watchlist", {
    summary: "The symbols of a list, in its own order, as JSON or CSV",
    query: ofList.extend({
      format: z.enum(["json", "csv"]).default("json"),
      safe: safe.exactOptional(),
    }),
    answers: {
      200: {
        description: "The list; as CSV with the columns list, symbol and name",
        content: {
          "application/json": z.object({ symbols: z.array(watchedSchema) }),
          "text/csv": z.string(),
        },
      },
    },
    problems: ["not-found"],
  }, async ({ services: { watching }, query }) => {
    const { list = defaultList, format, safe } = query;
    const symbols = await watching.list(list);
    if (format === "json") return reply(200, { symbols });
    const { name } = (await watching.lists()).find((one) => one.id === list)!;
    return download(
      `${name}.csv`,
      csv(listColumns, listRows(name, symbols), safe !== undefined),
    );
  }),

  endpoint("GET", "/api/watchlist/{symbol}", {
    summary: "One symbol of a list",
    query: ofList,
    answers: { 200: watchedSchema },
    problems: ["not-found"],
  }, async ({ services: { watching }, params, query: { list } }) => {
    const on = list ?? defaultList;
    return reply(200, await findWatched(watching, params.symbol, on));
  }),

  endpoint("PUT", "/api/watchlist/{symbol}", {
    summary: "Adds a symbol and starts scanning it",
    description: "201 if it is new, 200 if it was there. A symbol that the " +
      "market does not know is refused; if the market cannot be asked, it is " +
      "added with a `warning`, and confirmed later.",
    query: ofList,
    body: z.strictObject({ place: placeSchema.exactOptional() }).optional(),
    answers: { 200: addedSchema, 201: addedSchema },
    problems: ["unknown-symbol", "not-found", "watchlist-full"],
  }, async ({ services: { watching }, params, query: { list }, body }) => {
    const { entry, added, warning } = await watching.add(params.symbol, {
      list,
      place: body?.place,
    });
    const answer = warning === null ? entry : { ...entry, warning };
    return added ? reply(201, answer) : reply(200, answer);
  }),

  endpoint("PATCH", "/api/watchlist/{symbol}", {
    summary: "Moves a symbol within its list",
    query: ofList,
    body: z.strictObject({
      before: symbol.nullable()
        .describe("The symbol that then follows it; null for the end"),
    }),
    answers: { 200: watchedSchema },
    problems: ["not-found"],
  }, async ({ services: { watching }, params: { symbol }, query, body }) => {
    const { list = defaultList } = query;
    await watching.move(symbol, body.before, list);
    return reply(200, await findWatched(watching, symbol, list));
  }),

  endpoint(
    "DELETE",
    "/api/watchlist/{symbol}",
    {
      summary: "Takes a symbol off a list; its history stays",
      description: "It is scanned as long as it is on another list.",
      query: ofList,
      answers: { 204: z.null() },
      problems: ["not-found"],
    },
    async ({ services: { watching }, params: { symbol }, query: { list } }) => {
      if (!await watching.remove(symbol, list)) throw notWatched(symbol);
      return reply(204, null);
    },
  ),

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

/** The columns of a list as CSV. */
export const listColumns = ["list", "symbol", "name"];

/** A list as the rows of CSV that `POST /api/watchlist` takes back. */
export function listRows(
  list: string,
  entries: readonly Pick<WatchlistEntry, "symbol" | "name">[],
) {
  return entries.map(({ symbol, name }) => ({ list, symbol, name }));
}

/** On a list, or on any. @throws {ProblemError} `not-found` */
export async function findWatched(
  watching: Pick<Watching, "find">,
  symbol: string,
  on?: number,
): Promise<WatchlistEntry> {
  const entry = await watching.find(symbol, on);
  if (!entry) throw notWatched(symbol);
  return entry;
}

function notWatched(symbol: string): ProblemError {
  const add = `add it with PUT /api/watchlist/${encodeURIComponent(symbol)}`;
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
