/** What the demo market lists. The names are real, so that it feels like one; every number is made up. */
import type { Listing } from "../market.ts";
import { chance, textNumber } from "./noise.ts";

export const SECTORS = [
  "technology",
  "finance",
  "consumer",
  "health",
  "energy",
  "industry",
  "fund",
] as const;

export interface DemoStock {
  readonly symbol: string;
  readonly name: string;
  readonly sector: typeof SECTORS[number];
  /** What its price wanders around, in dollars. */
  readonly base: number;
  /** How much it wanders: 1 is an ordinary share, 0.4 an index fund. */
  readonly restless: number;
}

const KNOWN: readonly DemoStock[] = ([
  ["AAPL", "Apple Inc", "technology", 232, 0.9],
  ["MSFT", "Microsoft Corp", "technology", 448, 0.8],
  ["NVDA", "NVIDIA Corp", "technology", 142, 1.7],
  ["AMZN", "Amazon.com Inc", "consumer", 214, 1.1],
  ["GOOGL", "Alphabet Inc", "technology", 186, 1],
  ["META", "Meta Platforms Inc", "technology", 585, 1.2],
  ["TSLA", "Tesla Inc", "consumer", 268, 2],
  ["AVGO", "Broadcom Inc", "technology", 196, 1.4],
  ["AMD", "Advanced Micro Devices Inc", "technology", 151, 1.7],
  ["INTC", "Intel Corp", "technology", 31, 1.5],
  ["ORCL", "Oracle Corp", "technology", 172, 1],
  ["CRM", "Salesforce Inc", "technology", 297, 1.1],
  ["ADBE", "Adobe Inc", "technology", 512, 1.1],
  ["NFLX", "Netflix Inc", "consumer", 742, 1.3],
  ["CSCO", "Cisco Systems Inc", "technology", 56, 0.7],
  ["IBM", "International Business Machines Corp", "technology", 221, 0.7],
  ["JPM", "JPMorgan Chase & Co", "finance", 223, 0.8],
  ["BAC", "Bank of America Corp", "finance", 42, 0.9],
  ["GS", "Goldman Sachs Group Inc", "finance", 521, 0.9],
  ["V", "Visa Inc", "finance", 291, 0.6],
  ["MA", "Mastercard Inc", "finance", 508, 0.6],
  ["BRK.B", "Berkshire Hathaway Inc", "finance", 458, 0.5],
  ["KO", "Coca-Cola Co", "consumer", 68, 0.5],
  ["PEP", "PepsiCo Inc", "consumer", 167, 0.5],
  ["MCD", "McDonald's Corp", "consumer", 296, 0.6],
  ["WMT", "Walmart Inc", "consumer", 82, 0.6],
  ["COST", "Costco Wholesale Corp", "consumer", 896, 0.7],
  ["NKE", "Nike Inc", "consumer", 81, 1],
  ["DIS", "Walt Disney Co", "consumer", 96, 0.9],
  ["JNJ", "Johnson & Johnson", "health", 159, 0.5],
  ["PFE", "Pfizer Inc", "health", 28, 0.8],
  ["UNH", "UnitedHealth Group Inc", "health", 562, 0.8],
  ["LLY", "Eli Lilly and Co", "health", 884, 1.1],
  ["XOM", "Exxon Mobil Corp", "energy", 118, 0.8],
  ["CVX", "Chevron Corp", "energy", 152, 0.8],
  ["BA", "Boeing Co", "industry", 156, 1.2],
  ["CAT", "Caterpillar Inc", "industry", 388, 0.9],
  ["GE", "GE Aerospace", "industry", 182, 0.9],
  ["SPY", "SPDR S&P 500 ETF Trust", "fund", 581, 0.4],
  ["QQQ", "Invesco QQQ Trust", "fund", 496, 0.55],
  ["DIA", "SPDR Dow Jones Industrial Average ETF", "fund", 429, 0.35],
] as const).map((
  [symbol, name, sector, base, restless],
) => ({ symbol, name, sector, base, restless }));

/**
 * Companies that are nowhere else, for those who want to try a long watchlist: `QXAA`, `QXAB`, … `QXZZ`, 676
 * of them.
 */
const MADE_UP: readonly DemoStock[] = Array.from(
  { length: 26 * 26 },
  (_, i) => {
    const letter = (n: number) => String.fromCharCode("A".charCodeAt(0) + n);
    const tail = letter(Math.floor(i / 26)) + letter(i % 26);
    const symbol = `QX${tail}`;
    const seed = textNumber(symbol);
    const size = chance(seed, 1);
    return {
      symbol,
      name: `Demo Company ${tail}`,
      sector: "industry",
      base: Math.round(800 + 29_000 * size * size) / 100,
      restless: 0.5 + 1.5 * chance(seed, 2),
    };
  },
);

const LISTED = [...KNOWN, ...MADE_UP];
const BY_SYMBOL = new Map(LISTED.map((stock) => [stock.symbol, stock]));

/** The stock of a symbol; undefined for one that is not listed: no price is made up for that. */
export function findStock(symbol: string): DemoStock | undefined {
  return BY_SYMBOL.get(symbol);
}

/** As many as a search tells. */
const most = 50;

/** Listed stocks whose symbol begins with the query or whose name holds it; the closest first. */
export function searchListings(query: string): Listing[] {
  const wanted = query.trim().toUpperCase();
  if (wanted === "") return [];
  return LISTED.map((stock) => ({ stock, rank: rank(stock, wanted) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map(({ stock }) => ({
      symbol: stock.symbol,
      description: stock.name,
      type: stock.sector === "fund" ? "ETP" : "Common Stock",
    }));
}

function rank({ symbol, name }: DemoStock, wanted: string): number {
  const upper = name.toUpperCase();
  if (symbol === wanted) return 4;
  if (symbol.startsWith(wanted)) return 3;
  if (upper.startsWith(wanted)) return 2;
  return upper.includes(wanted) ? 1 : 0;
}
