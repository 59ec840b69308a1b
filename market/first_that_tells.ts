/** Several providers as one market: the next is asked where one fails, and what is told says who told it. */
import {
  type CallOptions,
  isMarketFailure,
  type Market,
  MarketBusyError,
  MarketRefusedError,
  MarketUnavailableError,
  SymbolRefusedError,
  UnknownSymbolError,
} from "./market.ts";

/** A symbol that a provider refused, or does not know, it is not asked about again for so long. */
const refusedMs = 3_600_000;
/** Who failed so often in a row is left alone for so long: each would wait for its deadline. */
const mostFailures = 3;
const awayMs = 30_000;
const mostRemembered = 10_000;

/** What was refused, and who is away, is known to all markets that are made by it. */
export function firstThatTells(now: () => number = Date.now) {
  const memory = createMemory(now);
  return (markets: readonly Market[]): Market => {
    const last = markets.at(-1);
    const first = async <T>(
      what: string,
      ask: (market: Market) => Promise<T>,
      { signal }: CallOptions,
    ): Promise<[T, string]> => {
      const errors: Error[] = [];
      for (const market of markets) {
        const { name } = market;
        // Nobody comes after the last one: it is asked in any case.
        const known = market === last ? undefined : memory.known(name, what);
        if (known) {
          errors.push(known);
          continue;
        }
        try {
          const answer = await ask(market);
          memory.answered(name);
          return [answer, name];
        } catch (error) {
          signal?.throwIfAborted();
          const unknown = error instanceof UnknownSymbolError;
          if (!unknown && !isMarketFailure(error)) throw error;
          memory.failed(name, what, error);
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

/** What there is no use in asking for now. */
function createMemory(now: () => number) {
  const known = new Map<string, { error: Error; until: number }>();
  const failures = new Map<string, number>();
  const keep = (key: string, error: Error, ms: number) => {
    if (known.size >= mostRemembered) known.clear();
    known.set(key, { error, until: now() + ms });
  };
  const find = (key: string): Error | undefined => {
    const one = known.get(key);
    if (one && one.until > now()) return one.error;
    known.delete(key);
    return undefined;
  };
  return {
    known: (provider: string, what: string): Error | undefined =>
      find(`${provider} is away`) ?? find(`${provider} ${what}`),
    answered: (provider: string) => void failures.delete(provider),
    failed(provider: string, what: string, error: Error): void {
      if (
        error instanceof UnknownSymbolError ||
        error instanceof SymbolRefusedError
      ) {
        failures.delete(provider);
        keep(`${provider} ${what}`, error, refusedMs);
      } else if (error instanceof MarketRefusedError) {
        // It fails no scan here, and somebody has to change it: so it is said, once in a while.
        if (find(`${provider} key`)) return;
        keep(`${provider} key`, error, refusedMs);
        console.warn(`${error.message}; meanwhile the others are asked`);
      } else if (!(error instanceof MarketBusyError)) {
        const count = (failures.get(provider) ?? 0) + 1;
        failures.set(provider, count);
        if (count >= mostFailures) keep(`${provider} is away`, error, awayMs);
      }
    },
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
