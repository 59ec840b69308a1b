/** From what a person types to a listing: a symbol, or a name of which one company is the clear match. */
import { type CallOptions, type Listing, type Market } from "./market.ts";
import { isMarketFailure, parseSymbol } from "./market.ts";

/** What a market finds for a text. */
export interface Found {
  /** The one that is meant; null if that is not clear. */
  readonly match: Listing | null;
  /** What it may be instead, or, where nothing fits, what is written much like it; the closest first. */
  readonly choices: readonly Listing[];
}

const mostChoices = 8;

/**
 * Asks the market's search, and once more, with less of the text, if it finds nothing.
 * @throws what `search` throws
 */
export async function findListing(
  market: Pick<Market, "search">,
  text: string,
  options?: CallOptions,
): Promise<Found> {
  // As people write a symbol in a chat, and no market lists it.
  const query = /[$/]/.test(text) ? parseSymbol(text) ?? text : text;
  const listings = await market.search(query, options);
  const match = clearMatch(text, listings);
  if (match || listings.length) {
    return { match, choices: listings.slice(0, mostChoices) };
  }
  return { match: null, choices: await nearest(market, text, options) };
}

/**
 * The listing that is meant: the one of this very symbol; else, by its name, the only company that is
 * called so, or begins so, or has it in its name. Of one company's listings, that of its home exchange,
 * which has no point in its symbol.
 */
export function clearMatch(
  text: string,
  listings: readonly Listing[],
): Listing | null {
  const symbol = parseSymbol(text);
  const exact = listings.find((one) => one.symbol.toUpperCase() === symbol);
  if (exact) return exact;
  const wanted = wordsOf(text);
  if (wanted.length === 0) return null;
  const begins = (name: string[]) =>
    wanted.every((word, i) => name[i] === word);
  const tests: ((name: string[]) => boolean)[] = [
    (name) => begins(name) && name.length === wanted.length,
    begins,
    (name) => wanted.every((word) => name.includes(word)),
  ];
  for (const test of tests) {
    const fitting = listings.filter(({ description }) =>
      test(wordsOf(description))
    );
    if (fitting.length > 0) return onlyOne(fitting);
  }
  return null;
}

function onlyOne(listings: readonly Listing[]): Listing | null {
  const [first] = listings;
  const company = (one: Listing) => wordsOf(one.description).join(" ");
  const same = listings.every((one) => company(one) === company(first!));
  if (!same) return null;
  const home = listings.filter(({ symbol }) => !/[.:]/.test(symbol));
  if (home.length > 0) return home.length === 1 ? home[0]! : null;
  return listings.length === 1 ? first! : null;
}

/** What a company's name ends with and people leave out. */
const endings = new Set(
  ("INC INCORPORATED CORP CORPORATION CO COMPANY COS LTD LIMITED PLC AG SA NV SE AB ASA SPA " +
    "GROUP HOLDING HOLDINGS COM").split(" "),
);

/** In capitals, without marks and accents, and without what a company's name ends with. */
function wordsOf(name: string): string[] {
  const words = name.normalize("NFD").replaceAll(/\p{Mn}/gu, "")
    .replaceAll(/['’.]/g, "").toUpperCase().split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  while (words.length > 1 && endings.has(words.at(-1)!)) words.pop();
  return words;
}

/** Listings that are written much like the text; none if the market cannot be asked a second time. */
async function nearest(
  market: Pick<Market, "search">,
  text: string,
  options?: CallOptions,
): Promise<readonly Listing[]> {
  const start = text.trim().slice(0, Math.max(2, Math.ceil(text.length / 2)));
  const found = await market.search(start, options).catch((error) => {
    if (isMarketFailure(error)) return [];
    throw error;
  });
  const wanted = text.trim().toUpperCase();
  const far = ({ symbol, description }: Listing) =>
    Math.min(
      distance(wanted, symbol),
      distance(wanted, description.toUpperCase().slice(0, wanted.length)),
    );
  const close = Math.max(1, Math.floor(wanted.length / 3));
  return found.map((listing) => ({ listing, far: far(listing) }))
    .filter((one) => one.far <= close)
    .sort((a, b) => a.far - b.far)
    .map(({ listing }) => listing).slice(0, mostChoices);
}

/** How many letters have to be put in, taken out or changed to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = row[j]! + (letter === b[j] ? 0 : 1);
      next.push(Math.min(change, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
