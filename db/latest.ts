/**
 * The newest value per signal and symbol, in Redis: hash `signalbox:latest:<signal>`, field = symbol,
 * value = JSON. It only moves forward in market time, and every move is told on a channel.
 */
import type { Redis } from "ioredis";
import type { Value as LatestValue } from "../engine/actor.ts";
import { createScript } from "./script.ts";

/** A new latest value, as told to whoever listens; from any host. */
export interface Change {
  readonly actor: string;
  readonly value: LatestValue;
}

export interface LatestCache {
  /** Stores each value unless the one it holds is as new or newer, by `at`; one round trip. */
  set(signal: string, values: readonly LatestValue[]): Promise<void>;
  /** By symbol; of the symbols given, or of all. What is not there, or not readable, is left out. */
  get(
    signal: string,
    symbols?: readonly string[],
  ): Promise<Map<string, LatestValue>>;
  /** Forgets a symbol, when it leaves the watchlist. */
  remove(symbol: string, signals: readonly string[]): Promise<void>;
}

const channel = "signalbox:changes";
const hash = (signal: string) => `signalbox:latest:${signal}`;

/**
 * ARGV: the channel, the signal as JSON, then symbol, at and value for each. Values written by `set`
 * start with symbol and at, which spares decoding them; others are decoded, or count as absent.
 */
const setNewer = `
local function storedAt(text)
  local at = string.match(text, '^{"symbol":"[^"\\\\]*","at":"([^"\\\\]*)"')
  if at then return at end
  local ok, value = pcall(cjson.decode, text)
  if ok and type(value) == 'table' and type(value.at) == 'string' then return value.at end
  return nil
end
for i = 3, #ARGV, 3 do
  local text = redis.call('HGET', KEYS[1], ARGV[i])
  local at = text and storedAt(text)
  if not at or at < ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    redis.call('PUBLISH', ARGV[1], '{"signal":' .. ARGV[2] .. ',"value":' .. ARGV[i + 2] .. '}')
  end
end`;

export function createLatestCache(redis: Redis): LatestCache {
  const script = createScript(redis, setNewer);
  return {
    async set(signal, values) {
      if (values.length === 0) return;
      const args = [channel, JSON.stringify(signal)];
      for (const value of newestPerSymbol(values)) {
        const { symbol, at, ...fields } = value;
        args.push(symbol, at, JSON.stringify({ symbol, at, ...fields }));
      }
      await script([hash(signal)], args);
    },
    get: (signal, symbols) => get(redis, signal, symbols),
    async remove(symbol, signals) {
      await Promise.all(
        signals.map((signal) => redis.hdel(hash(signal), symbol)),
      );
    },
  };
}

/** The first of the newest of each symbol, as storing them one after the other would leave it. */
function newestPerSymbol(values: readonly LatestValue[]): LatestValue[] {
  const newest = new Map<string, LatestValue>();
  for (const value of values) {
    const known = newest.get(value.symbol);
    if (known === undefined || known.at < value.at) {
      newest.set(value.symbol, value);
    }
  }
  return [...newest.values()];
}

async function get(
  redis: Redis,
  signal: string,
  symbols?: readonly string[],
): Promise<Map<string, LatestValue>> {
  const values = new Map<string, LatestValue>();
  if (symbols?.length === 0) return values;
  const entries = symbols
    ? (await redis.hmget(hash(signal), ...symbols))
      .map((text, i) => [symbols[i], text] as const)
    : Object.entries(await redis.hgetall(hash(signal)));
  for (const [symbol, text] of entries) {
    const value = parseValue(text);
    if (symbol !== undefined && value) values.set(symbol, value);
  }
  return values;
}

function parseValue(text: string | null): LatestValue | null {
  const value = parseJson(text ?? "null");
  return isValue(value) ? value : null;
}

function isValue(value: unknown): value is LatestValue {
  return typeof value === "object" && value !== null &&
    "symbol" in value && typeof value.symbol === "string" &&
    "at" in value && typeof value.at === "string";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Calls back for every change from any host, until the function it resolves to is called.
 * @param subscriber a connection of its own: Redis allows no other commands on it
 */
export async function listenForChanges(
  subscriber: Redis,
  listener: (change: Change) => void,
): Promise<() => Promise<void>> {
  const onMessage = (from: string, text: string) => {
    if (from !== channel) return;
    const change = parseJson(text);
    if (isChange(change)) listener(change);
  };
  subscriber.on("message", onMessage);
  await subscriber.subscribe(channel);
  return async () => {
    subscriber.off("message", onMessage);
    await subscriber.unsubscribe(channel);
  };
}

function isChange(change: unknown): change is Change {
  return typeof change === "object" && change !== null &&
    "signal" in change && typeof change.signal === "string" &&
    "value" in change && isValue(change.value);
}
