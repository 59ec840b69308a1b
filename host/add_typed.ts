/** Adds what a person typed: a name is as good as a symbol, if the market's search makes clear what it means. */
import { WatchlistFullError } from "../db/watchlist.ts";
import { findListing } from "../market/find.ts";
import {
  type Listing,
  type Market,
  parseSymbol,
  UnknownSymbolError,
} from "../market/market.ts";
import { inTime, isAway, unaskedText } from "./ask_market.ts";
import { hasFitting, nothing, notKnown, outcomeOf } from "./outcomes.ts";
import type { Added, Outcome, Target } from "./services.ts";

export interface AddTarget extends Target {
  /** The company, where the market has told it. */
  readonly name?: string | null;
  /** Why there is no point in asking the market. */
  readonly unasked?: string | null;
}

type Add = (symbol: string, target?: AddTarget) => Promise<Added>;

export async function addTyped(
  market: Market,
  add: Add,
  text: string,
  target: Target,
): Promise<Outcome> {
  const { list } = target;
  const refuse = (error: unknown, choices: readonly Listing[] = []) => {
    if (error instanceof WatchlistFullError) {
      return nothing(text, "refused", error.message, list);
    }
    if (!(error instanceof UnknownSymbolError)) throw error;
    return notKnown(text, market.name, choices, list);
  };
  const tryAdding = async (symbol: string, more: AddTarget) =>
    outcomeOf(text, await add(symbol, { ...target, ...more }), target);
  try {
    const { match, choices } = await findListing(market, text, inTime());
    const symbol = parseSymbol(match?.symbol ?? text);
    if (match && symbol) {
      return await tryAdding(symbol, { name: match.description })
        .catch(refuse);
    }
    // A symbol that the search does not tell; and where it tells others, only what is written as one.
    if (symbol && (isWrittenAsSymbol(text) || !hasFitting(choices, text))) {
      return await tryAdding(symbol, {})
        .catch((error) => refuse(error, choices));
    }
    return notKnown(text, market.name, choices, list);
  } catch (error) {
    if (!isAway(error)) throw error;
    const symbol = parseSymbol(text);
    if (symbol && isWrittenAsSymbol(text)) {
      const unasked = unaskedText(market.name, symbol, error);
      return await tryAdding(symbol, { unasked }).catch(refuse);
    }
    const why =
      `${market.name} cannot be asked now what "${text}" is (${error.message}): ` +
      "write the symbol in capitals to add it all the same, or try again later";
    return nothing(text, "refused", why, list);
  }
}

/** In capitals, or with a sign that no name has: nobody means a company's name by it. */
function isWrittenAsSymbol(text: string): boolean {
  return text === text.toUpperCase() || /[.:^=_/$0-9]/.test(text);
}
