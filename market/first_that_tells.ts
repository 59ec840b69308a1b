/** Several providers as one market: the next is asked where one fails, and what is told says who told it. */
import {
  type CallOptions,
  isMarketFailure,
  type Market,
  MarketRefusedError,
  MarketUnavailableError,
  SymbolRefusedError,
  UnknownSymbolError,
} from "./market.ts";

/** A symbol that a provider refused, or does not know, it is not asked about again for so long. */
const rememberMs = 3_600_000;
const mostRemembered = 10_000;

/** What was refused is known to all markets that are made by it. */
export function firstThatTells(now: () => number = Date.now) {
  const refused = new Map<string, { error: Error; until: number }>();
  const remember = (key: string, error: Error) => {
    if (refused.size >= mostRemembered) refused.clear();
    refused.set(key, { error, until: now() + rememberMs });
  };
  const remembered = (key: string): Error | undefined => {
    const one = refused.get(key);
    if (one && one.until > now()) return one.error;
    refused.delete(key);
    return undefined;
  };
  /** A key that has to be changed fails no scan here: so it is said, once in a while. */
  const warn = ({ name }: Market, error: Error) => {
    if (remembered(name)) return;
    remember(name, error);
    console.warn(`${error.message}; meanwhile the others are asked`);
  };
  return (markets: readonly Market[]): Market => {
    const first = async <T>(
      what: string,
      ask: (market: Market) => Promise<T>,
      { signal }: CallOptions,
    ): Promise<[T, string]> => {
      const errors: Error[] = [];
      for (const market of markets) {
        const key = `${market.name} ${what}`;
        const known = remembered(key);
        if (known) {
          errors.push(known);
          continue;
        }
        try {
          return [await ask(market), market.name];
        } catch (error) {
          signal?.throwIfAborted();
          const unknown = error instanceof UnknownSymbolError;
          if (!unknown && !isMarketFailure(error)) throw error;
          if (unknown || error instanceof SymbolRefusedError) {
            remember(key, error);
          } else if (error instanceof MarketRefusedError) {
            warn(market, error);
          }
          errors.push(error);
        }
      }
      throw verdict(errors, markets);
    };
    const told = async <T>(
      what: string,
      ask: (market: Market) => Promise<T[]>,
      options: CallOptions = {},
    ) => {
      const [items, provider] = await first(what, ask, options);
      return items.map((item) => ({ ...item, provider }));
    };
    return {
      name: markets.map(({ name }) => name).join(),
      quotes: (symbol, options) =>
        told(`quotes ${symbol}`, (one) => one.quotes(symbol, options), options),
      recommendations: (symbol, options) =>
        told(
          `recommendations ${symbol}`,
          (one) => one.recommendations(symbol, options),
          options,
        ),
      news: (symbol, options) =>
        told(`news ${symbol}`, (one) => one.news(symbol, options), options),
      async search(query, options = {}) {
        const ask = (one: Market) => one.search(query, options);
        const [listings] = await first("search", ask, options);
        return listings;
      },
      async profile(symbol, options = {}) {
        const ask = (one: Market) => one.profile(symbol, options);
        const [profile] = await first(`profile ${symbol}`, ask, options);
        return profile;
      },
    };
  };
}

/**
 * Unknown is what nobody knows. Whoever could not be asked may know it; and a key that is refused says nothing
 * of what others have told.
 */
function verdict(errors: readonly Error[], markets: readonly Market[]): Error {
  const unknown = errors.find((error) => error instanceof UnknownSymbolError);
  const others = errors.filter((error) => error !== unknown);
  if (unknown && errors.every((one) => one instanceof UnknownSymbolError)) {
    const names = markets.map(({ name }) => name).join(" or ");
    return new UnknownSymbolError(unknown.symbol, names);
  }
  const words = errors.map(({ message }) => message).join("; ");
  const away = others.find((one) => !(one instanceof MarketRefusedError));
  if (away) return new MarketUnavailableError(words, { cause: away });
  const refused = others.find((one) => one instanceof SymbolRefusedError);
  if (refused) return new SymbolRefusedError(words, { cause: refused });
  return errors.every((one) => one instanceof MarketRefusedError)
    ? new MarketRefusedError(words, { cause: errors[0] })
    : new MarketUnavailableError(words, { cause: others[0] });
}
