/**
 * The newest value per actor and symbol, in Redis: hash `<prefix>:latest:<actor>`, field = symbol,
 * value = JSON. It only moves forward in market time, and every move is told on a channel.
 */
import type { Redis } from "ioredis";
import type { Value } from "../engine/actor.ts";
import { createScript, namesOf } from "./redis.ts";

/** A new latest value, as told to whoever listens; from any host. */
export interface Change {
  readonly actor: string;
  readonly value: Value;
}

export type LatestCache = ReturnType<typeof createLatestCache>;

const channelOf = (redis: Redis): string =>
  namesOf(redis).changes(redis.options.db ?? 0);

/**
 * ARGV: the channel, the actor as JSON, then symbol, at and value for each. Values written by `set`
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
    redis.call('PUBLISH', ARGV[1], '{"actor":' .. ARGV[2] .. ',"value":' .. ARGV[i + 2] .. '}')
  end
end`;

export function createLatestCache(redis: Redis) {
  const script = createScript(redis, setNewer);
  const channel = channelOf(redis);
  const hash = namesOf(redis).latest;
  return {
    /** Stores each value unless the one it holds is as new or newer, by `at`; one round trip. */
    async set(actor: string, values: readonly Value[]) {
      if (values.length === 0) return;
      const args = [channel, JSON.stringify(actor)];
      for (const value of newestPerSymbol(values)) {
        const { symbol, at, ...fields } = value;
        args.push(symbol, at, JSON.stringify({ symbol, at, ...fields }));
      }
      await script([hash(actor)], args);
    },
    /** By symbol; of the symbols given, or of all. What is not there, or not readable, is left out. */
    async get(actor: string, symbols?: readonly string[]) {
      if (symbols?.length === 0) return new Map<string, Value>();
      const texts = symbols
        ? await redis.hmget(hash(actor), ...symbols)
        : await redis.hvals(hash(actor));
      const values = texts.map((text) => parseJson(text ?? "")).filter(isValue);
      return new Map(values.map((value) => [value.symbol, value]));
    },
    /** The symbols that have a value. */
    symbols: (actor: string) => redis.hkeys(hash(actor)),
    /** Forgets a symbol, when it leaves the watchlist. */
    async remove(symbol: string, actors: readonly string[]) {
      await Promise.all(
        actors.map((actor) => redis.hdel(hash(actor), symbol)),
      );
    },
  };
}

/** The first of the newest of each symbol, as storing them one after the other would leave it. */
function newestPerSymbol(values: readonly Value[]): Value[] {
  const newest = new Map<string, Value>();
  for (const value of values) {
    const known = newest.get(value.symbol);
    if (known === undefined || known.at < value.at) {
      newest.set(value.symbol, value);
    }
  }
  return [...newest.values()];
}

function isValue(value: unknown): value is Value {
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

/** Who only listens would never notice that nothing comes any more. */
const beatMs = 2_000;

/**
 * Calls back for every change from any host, until the function it resolves to is called.
 * @param subscriber a connection of its own: Redis allows no other commands on it
 * @param onGap called when it listens again after its connection was lost, and changes with it
 */
export async function listenForChanges(
  subscriber: Redis,
  listener: (change: Change) => void,
  onGap: () => void = () => {},
): Promise<() => Promise<void>> {
  const channel = channelOf(subscriber);
  const onMessage = (from: string, text: string) => {
    if (from !== channel) return;
    const change = parseJson(text);
    if (isChange(change)) listener(change);
  };
  const onReady = () => subscriber.ping().then(onGap, () => {}); // then it is lost again
  subscriber.on("message", onMessage);
  await subscriber.subscribe(channel);
  subscriber.on("ready", onReady);
  const beating = setInterval(() => {
    if (subscriber.status === "ready") subscriber.ping().catch(() => {});
  }, beatMs);
  subscriber.once("end", () => clearInterval(beating));
  return async () => {
    clearInterval(beating);
    subscriber.off("ready", onReady);
    subscriber.off("message", onMessage);
    await subscriber.unsubscribe(channel);
  };
}

function isChange(change: unknown): change is Change {
  return typeof change === "object" && change !== null &&
    "actor" in change && typeof change.actor === "string" &&
    "value" in change && isValue(change.value);
}
