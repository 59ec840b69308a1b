/** Reads for config.ts which market is asked, how often, and in which hours. */
import type { ConfigValues } from "./config_values.ts";
import { providerNames } from "./market/market.ts";
import type { ProviderOptions } from "./market/open.ts";

/** The providers of `MARKET`, with their keys, addresses and quotas. */
export function readMarket(read: ConfigValues) {
  const apiKey = read.text("FINNHUB_API_KEY");
  const names = readProviders(read, apiKey ? "finnhub" : "demo");
  if (names.includes("finnhub") && !apiKey) {
    read.problem(
      "MARKET",
      names.join(),
      "finnhub needs a key: set FINNHUB_API_KEY, or MARKET=demo, or MARKET=yahoo, which needs none",
    );
  }
  const providers = names.map((provider): ProviderOptions =>
    provider === "finnhub"
      ? { provider, ...(apiKey && { apiKey }), ...readApi(read, provider) }
      : { provider, ...readApi(read, provider) }
  );
  const calls = providers.map(({ callsPerMinute }) => callsPerMinute);
  return {
    market: { provider: names.join(), providers },
    /** Of all providers together. */
    callsPerMinute: calls.reduce((sum, one) => sum + one),
  };
}

/** In the order in which they are asked. */
function readProviders(
  read: ConfigValues,
  fallback: ProviderOptions["provider"],
): ProviderOptions["provider"][] {
  const given = (read.text("MARKET") ?? fallback).split(",")
    .map((name) => name.trim());
  const names = providerNames.filter((name) => given.includes(name))
    .sort((a, b) => given.indexOf(a) - given.indexOf(b));
  const isAlone = given.length === 1 || !given.includes("demo");
  if (names.length === given.length && isAlone) return names;
  const allowed = "finnhub, yahoo, finnhub,yahoo (the next is asked where " +
    "one fails), or demo, by itself";
  read.problem("MARKET", given.join(), `allowed: ${allowed}`);
  return [fallback];
}

/** Where a provider is called, and how often. */
function readApi(read: ConfigValues, provider: ProviderOptions["provider"]) {
  if (provider === "demo") return { baseUrl: "", callsPerMinute: 60 };
  const { url, calls } = apis[provider];
  const prefix = provider.toUpperCase();
  const variable = `${prefix}_BASE_URL`;
  return {
    baseUrl: read.has(variable) ? read.url(variable, ["http:", "https:"]) : url,
    callsPerMinute: read.number(
      `${prefix}_CALLS_PER_MINUTE`,
      calls,
      1,
      100_000,
    ),
  };
}

/** Yahoo has several hosts, and names no limit: half of what is free at Finnhub has been taken well. */
const apis = {
  finnhub: { url: "https://finnhub.io/api/v1", calls: 60 },
  yahoo: { url: "", calls: 30 },
} as const;

/** `TRIAL_SPEED`: with the simulated market alone. */
export function readSpeed(read: ConfigValues, provider: string): number {
  const speed = read.number("TRIAL_SPEED", 1, 1, 60);
  if (speed > 1 && provider !== "demo") {
    const allowed = `only with MARKET=demo: ${provider} has a quota`;
    read.problem("TRIAL_SPEED", String(speed), allowed);
  }
  return speed;
}

/** Yahoo tells which exchange is open, and knows those of all the world. */
export function hoursOf(provider: string) {
  if (provider === "demo") return "always";
  return provider.includes("yahoo") ? "market" : "us";
}
