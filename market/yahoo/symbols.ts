/** Symbols as Yahoo writes them, and as we do (Finnhub's way: `BRK.B`, `VOD.L`). */

/**
 * A letter after a point is a class of shares, but for these, which are exchanges: Frankfurt, London, Tokyo,
 * Toronto's Venture.
 */
const shareClass = "[A-EG-KM-SUW-Z]";
const withPoint = new RegExp(`^([A-Z0-9]+)\\.(${shareClass})(\\.[A-Z]+)?$`);
const withDash = new RegExp(`^([A-Z0-9]+)-(${shareClass})(\\.[A-Z]+)?$`);
/** `OANDA:EUR_USD`, `FX:EUR-USD`. */
const pair = /^[A-Z]+:([A-Z]{3})[_-]([A-Z]{3})$/;

/** BRK.B is BRK-B, RCI.B.TO is RCI-B.TO, OANDA:EUR_USD is EURUSD=X; others are written alike. */
export function toYahoo(symbol: string): string {
  return symbol.replace(withPoint, "$1-$2$3").replace(pair, "$1$2=X");
}

/** BRK-B is BRK.B; a pair of currencies stays as Yahoo has it. */
export function fromYahoo(symbol: string): string {
  return symbol.replace(withDash, "$1.$2$3");
}
