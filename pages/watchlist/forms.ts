/** The watchlist's forms, for browsers without JavaScript; with it, the island asks the API. */
import { parseSymbol } from "../../market/symbol.ts";
import type { Services } from "../../host/services.ts";
import { askMarket, scanSoon } from "../../api/symbols.ts";
import { scanText } from "../../ui/scan_text.ts";
import { plural } from "../../ui/numbers.ts";
import type { Notice } from "./Notices.tsx";

/** Does what the form says; resolves to where to go then. Rejects with a message for people. */
export async function submitWatchlist(
  services: Services,
  form: FormData,
): Promise<string> {
  const symbol = String(form.get("symbol") ?? "");
  switch (form.get("intent")) {
    case "remove":
      await services.watchlist.remove(symbol);
      return `/?removed=${encodeURIComponent(symbol)}`;
    case "scan": {
      const signal = String(form.get("signal") ?? "");
      const { published, failed } = await services.scan(signal);
      const failures = Object.keys(failed).length;
      return `/?published=${published}&failed=${failures}`;
    }
    default:
      return `/?added=${encodeURIComponent(await add(services, symbol))}`;
  }
}

async function add(services: Services, text: string): Promise<string> {
  const symbol = parseSymbol(text);
  if (!symbol) throw new TypeError(`"${text}" cannot be a symbol: try AAPL.`);
  await askMarket(services, symbol);
  if (await services.watchlist.add(symbol)) scanSoon(services, symbol);
  return symbol;
}

/** What the address says became of a form. Only what can be a symbol or a number is shown. */
export function noticeOf(query: URLSearchParams): Notice | null {
  const symbol = parseSymbol(query.get("removed") ?? query.get("added") ?? "");
  if (symbol && query.has("removed")) {
    return { text: `${symbol} was removed.`, undo: symbol };
  }
  if (symbol) return { text: `${symbol} is on the watchlist.`, undo: null };
  const published = Number(query.get("published") ?? NaN);
  if (!Number.isInteger(published)) return null;
  const failed = Number(query.get("failed")) || 0;
  const failures = failed ? ` ${plural(failed, "symbol")} failed.` : "";
  return { text: scanText({ published }) + failures, undo: null };
}
