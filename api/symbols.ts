/** What happens when a symbol comes onto the watchlist. */
import type { Services } from "../host/services.ts";
import { ScanRefusedError } from "../host/services.ts";
import { isMarketFailure } from "../market/market.ts";
import { report } from "./failure.ts";

/**
 * Asks the market whether there is such a symbol. Resolves to a warning if it could not be asked:
 * a provider that is down for a minute is no reason to refuse a symbol.
 * @throws {UnknownSymbolError}
 */
export async function askMarket(
  { market }: Services,
  symbol: string,
): Promise<string | undefined> {
  try {
    await market.quotes(symbol, { signal: AbortSignal.timeout(8_000) });
    return undefined;
  } catch (error) {
    if (!isMarketFailure(error) && !isTimeout(error)) throw error;
    return `Added without asking whether ${market.name} knows ${symbol}: ` +
      error.message;
  }
}

function isTimeout(error: unknown): error is DOMException {
  return error instanceof DOMException &&
    (error.name === "TimeoutError" || error.name === "AbortError");
}

/** Starts a scan of one symbol with every actor, and waits for none: a new row fills within seconds. */
export function scanSoon(services: Services, symbol: string): void {
  for (const name of services.actors.keys()) {
    services.scan(name, [symbol]).catch((error) => {
      // A paused actor scans the symbol when it is resumed.
      if (error instanceof ScanRefusedError) return;
      report(services, `${symbol} was not scanned by ${name}`, error);
    });
  }
}
