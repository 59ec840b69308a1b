/**
 * The newest value per actor and symbol, in Redis: hash `<prefix>:latest:<actor>`, field = symbol,
 * value = JSON. It only moves forward in market time, and every move is told on a channel.
 */
import type { Redis } from "ioredis";
import type { Value } from "../engine/actor.ts";
import { isAhead, mostAheadMs } from "../market/market.ts";
import { createScript, namesOf } from "./redis.ts";

/** A new latest value, as told to whoever listens; from any host. */
export interface Change {
  readonly actor: string;
  readonly value: Value;
}

export type LatestCache = ReturnType<typeof createLatestCache>;

const channelOf = (redis: Redis): string =>
  namesOf(redis).changes(redis.options.db ?? 0);

/** `isAhead(at)`: true for what is yet to come by Redis' clock, which all hosts share. */
const aheadOfRedis = `
local seconds = tonumber(redis.call('TIME')[1]) + ${mostAheadMs / 1000}
local days = math.floor(seconds / 86400) + 719468
local era = math.floor(days / 146097)
local day = days % 146097
local year = math.floor((day - math.floor(day / 1460) + math.floor(day / 36524)
  - math.floor(day / 146096)) / 365)
day = day - (365 * year + math.floor(year / 4) - math.floor(year / 100))
local month = math.floor((5 * day + 2) / 153)
day = day - math.floor((153 * month + 2) / 5) + 1
month = month < 10 and month + 3 or month - 9
year = year + era * 400 + (month <= 2 and 1 or 0)
local rest = seconds % 86400
local horizon = string.format('%04d-%02d-%02dT%02d:%02d:%02d.999Z', year, month, day,
  math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60)
local function isAhead(at) return at > horizon or string.sub(at, 1, 1) == '+' end`;

/**
 * ARGV: the channel, the actor as JSON, then symbol, `at`, `told_at` and value for each. Values written by `set`
 * start with symbol, at and told_at, which spares decoding them; others are decoded, or count as absent. So
 * does one that is yet to come: it would shut out all that follow. Returns the numbers of those given that are.
 */
const setNewer = `${aheadOfRedis}
local function stored(text)
  local at, rest = string.match(text, '^{"symbol":"[^"\\\\]*","at":"([^"\\\\]*)"(.*)')
  if not at then
    local ok, value = pcall(cjson.decode, text)
    if not ok or type(value) ~= 'table' or type(value.at) ~= 'string' then return nil end
    at, rest = value.at, ',"told_at":"' .. tostring(value.told_at) .. '"'
  end
  if isAhead(at) then return nil end
  return at, string.match(rest, '^,"told_at":"(%d[^"\\\\]*)"') or ''
end
local function content(text)
  return (string.gsub(text, ',"told_at":"[^"]*"', '', 1))
end
local ahead = {}
for i = 3, #ARGV, 4 do
  local symbol, at, told, value = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local text = redis.call('HGET', KEYS[1], symbol)
  local knownAt, knownTold
  if text then knownAt, knownTold = stored(text) end
  if isAhead(at) then
    ahead[#ahead + 1] = (i - 3) / 4
  elseif not knownAt or knownAt < at or (knownAt == at and knownTold < told) then
    redis.call('HSET', KEYS[1], symbol, value)
    -- Told again later, but the same: nobody needs to hear of it.
    if knownAt ~= at or content(text) ~= content(value) then
      redis.call('PUBLISH', ARGV[1], '{"actor":' .. ARGV[2] .. ',"value":' .. value .. '}')
    end
  end
end
return ahead`;

export function createLatestCache(redis: Redis) {
  const script = createScript(redis, setNewer);
  const channel = channelOf(redis);
  const hash = namesOf(redis).latest;
  /** By actor, what all its texts were read as: at the next reading most are the same. */
  const known = new Map<string, ReadonlyMap<string, Value>>();
  return {
    /**
     * Stores each value unless the one it holds is as new or newer, by `at`, then by `told_at`; one round
     * trip. Resolves to those that it refused because they are yet to come, more than a minute ahead.
     */
    async set(actor: string, values: readonly Value[]): Promise<Value[]> {
      if (values.length === 0) return [];
      const newest = newestPerSymbol(values);
      const args = [channel, JSON.stringify(actor)];
      for (const { symbol, at, told_at, ...fields } of newest) {
        const told = told_at ? { told_at } : {};
        const text = JSON.stringify({ symbol, at, ...told, ...fields });
        args.push(symbol, at, told_at ?? "", text);
      }
      const ahead = await script([hash(actor)], args) as number[];
      return ahead.map((place) => newest[place]!);
    },
    /**
     * By symbol; of the symbols given, or of all. What is not there, or not to be believed, is left out. A
     * value that is still the same is the same object, and frozen.
     */
    async get(actor: string, symbols?: readonly string[]) {
      if (symbols?.length === 0) return new Map<string, Value>();
      const texts = symbols
        ? await redis.hmget(hash(actor), ...symbols)
        : await redis.hvals(hash(actor));
      const before = known.get(actor);
      const read = new Map<string, Value>();
      for (const text of texts) {
        if (text === null) continue;
        const value = before?.get(text) ?? believed(text);
        if (value) read.set(text, value);
      }
      if (!symbols) known.set(actor, read);
      return new Map(
        Array.from(read.values(), (value) => [value.symbol, value]),
      );
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
    if (known === undefined || isNewer(value, known)) {
      newest.set(value.symbol, value);
    }
  }
  return [...newest.values()];
}

function isNewer(value: Value, known: Value): boolean {
  if (value.at !== known.at) return value.at > known.at;
  return (value.told_at ?? "") > (known.told_at ?? "");
}

/** Other programs can write there too: what pages rely on is looked at. */
function isBelievable(value: unknown): value is Value {
  if (typeof value !== "object" || value === null) return false;
  const { symbol, at, told_at = at } = value as Record<string, unknown>;
  return typeof symbol === "string" && isInstant(at) && isInstant(told_at) &&
    !isAhead(at);
}

function isInstant(at: unknown): at is string {
  return typeof at === "string" && !Number.isNaN(Date.parse(at)) &&
    /^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z$/.test(at);
}

/** Undefined for what is no value, or not to be believed. */
function believed(text: string): Value | undefined {
  const value = parseJson(text);
  return isBelievable(value) ? Object.freeze(value) : undefined;
}

/** No page could show a value that is longer. */
const mostCharacters = 32_000;

/** Undefined for what is no JSON, or too long. */
function parseJson(text: string): unknown {
  if (text.length > mostCharacters) return undefined;
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
    "value" in change && isBelievable(change.value);
}
