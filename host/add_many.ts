/** Adds many symbols at once, each with its outcome; also those of a pasted text. */
import { defaultList } from "../db/lists.ts";
import {
  type Market,
  parseSymbol,
  symbolHint,
  UnknownSymbolError,
} from "../market/market.ts";
import { askMarket } from "./ask_market.ts";
import { nothing, notKnown } from "./outcomes.ts";
import { readPasted } from "./pasted.ts";
import type { Outcome, Watching } from "./services.ts";
import type { Stores } from "./stores.ts";

type Sources = Pick<Stores, "watchlist" | "lists" | "market">;
type ScanSoon = (symbols: readonly string[]) => void;

/** The market is asked about so many at once; of more, each is confirmed later. */
const askAtMost = 5;

export function createAddMany(
  stores: Sources,
  scanSoon: ScanSoon,
): Pick<Watching, "addMany" | "addText"> {
  const { lists } = stores;
  const addMany: Watching["addMany"] = (given, { list = defaultList } = {}) =>
    addAll(stores, scanSoon, given, list);
  return {
    addMany,
    async addText(text, { list = defaultList } = {}) {
      const outcomes: Outcome[] = [];
      const byList = Map.groupBy(readPasted(text), (one) => one.list);
      for (const [name, symbols] of byList) {
        const there = (await lists.list()).find((one) =>
          isNamed(one.name, name)
        );
        const id = name === null
          ? list
          : there?.id ?? (await lists.create(name)).id;
        const texts = symbols.map((one) => one.text);
        outcomes.push(...await addMany(texts, { list: id }));
      }
      return outcomes;
    },
  };
}

const isNamed = (name: string, wanted: string | null) =>
  name.toLowerCase() === wanted?.trim().toLowerCase();

async function addAll(
  { watchlist, market }: Sources,
  scanSoon: ScanSoon,
  given: readonly string[],
  list: number,
): Promise<Outcome[]> {
  const before = new Set((await watchlist.list()).map((one) => one.symbol));
  const there = new Set((await watchlist.list(list)).map((one) => one.symbol));
  const symbols = new Set(given.map((text) => parseSymbol(text)));
  const fresh = [...symbols].filter((one) => one !== null)
    .filter((symbol) => !there.has(symbol));
  const asked = await askAbout(
    market,
    fresh.filter((one) => !before.has(one)),
  );
  const { added, full } = await watchlist.addMany(
    fresh.filter((symbol) => asked.get(symbol) !== "unknown")
      .map((symbol) => (
        { symbol, confirmed: asked.get(symbol) === "confirmed" }
      )),
    list,
  );
  const isNew = new Set(added);
  scanSoon(added.filter((symbol) => !before.has(symbol)));
  const entries = new Map(
    (await watchlist.list(list)).map((entry) => [entry.symbol, entry]),
  );
  const outcomeOf = (given: string): Outcome => {
    const symbol = parseSymbol(given);
    if (symbol === null) {
      const why = `this can be no symbol: write ${symbolHint}`;
      return nothing(given, "unknown", why, list);
    }
    if (asked.get(symbol) === "unknown") {
      return notKnown(given, market.name, [], list);
    }
    if (full.includes(symbol)) {
      const why = "the watchlist is full: raise WATCHLIST_LIMIT";
      return nothing(given, "refused", why, list);
    }
    const outcome = isNew.has(symbol) ? "added" : "known";
    const { name = null, confirmed = false } = entries.get(symbol) ?? {};
    const told = { symbol, list, name, confirmed, reason: null };
    return { given, outcome, ...told, choices: [] };
  };
  return given.map(outcomeOf);
}

/** What the market says of a few symbols; of many it is not asked: that would take their time, and all of its quota. */
async function askAbout(
  market: Market,
  symbols: readonly string[],
): Promise<Map<string, "confirmed" | "unknown" | "unasked">> {
  if (symbols.length > askAtMost) return new Map();
  const asked = symbols.map(async (symbol) => {
    try {
      const warning = await askMarket(market, symbol);
      return [symbol, warning === null ? "confirmed" : "unasked"] as const;
    } catch (error) {
      if (!(error instanceof UnknownSymbolError)) throw error;
      return [symbol, "unknown"] as const;
    }
  });
  return new Map(await Promise.all(asked));
}
