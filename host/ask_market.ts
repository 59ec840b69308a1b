/** Asks the market about a symbol, and does not wait for it for long. */
import { isMarketFailure, type Market } from "../market/market.ts";

const askWithinMs = 4_000;

/** The options of a call for which somebody waits. */
export const inTime = () => ({ signal: AbortSignal.timeout(askWithinMs) });

/**
 * Asks the market whether there is such a symbol. Resolves to a warning if it could not be asked:
 * a provider that is down for a minute is no reason to refuse a symbol.
 * @throws {UnknownSymbolError}
 */
export async function askMarket(
  market: Market,
  symbol: string,
): Promise<string | null> {
  try {
    await market.quotes(symbol, inTime());
    return null;
  } catch (error) {
    if (!isAway(error)) throw error;
    return unaskedText(market.name, symbol, error);
  }
}

export function unaskedText(market: string, symbol: string, error: Error) {
  return `Added without asking whether ${market} knows ${symbol}, and not confirmed so far: ` +
    error.message;
}

/** True if the market could not be asked, or not in time. */
export function isAway(error: unknown): error is Error {
  return isMarketFailure(error) || error instanceof DOMException &&
      (error.name === "TimeoutError" || error.name === "AbortError");
}
