/**
 * `deno task fill`: gives a running system a watchlist of 500 symbols with a history, to see and to
 * measure how it does with many. Everything goes the way of real events: published, stored, cached.
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import news from "../../actors/news/mod.ts";
import quotes from "../../actors/quotes/mod.ts";
import recommendations from "../../actors/recommendations/mod.ts";
import type { Broker, Message } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { createWatchlist } from "../../db/watchlist.ts";
import { dataFolder } from "../../dev/folder.ts";
import { postgresUrl } from "../../dev/postgres.ts";
import type { Actor } from "../../engine/actor.ts";
import { encode } from "../../engine/envelope.ts";

const usage = `deno task fill [--symbols N] [--rows N]

Fills a running system: the one at DATABASE_URL and REDIS_URL, or else that of
\`deno task dev\` with the same DATA_DIR.

  --symbols N  The watchlist's length; 500 unless told.
  --rows N     Quotes in all; 100000 unless told. Each is an entry of the stream.`;

export interface Fill {
  readonly symbols: number;
  readonly rows: number;
}

/** Resolves when everything is published; the system then takes some seconds to store it. */
export async function fill(
  { databaseUrl, redisUrl }: { databaseUrl: string; redisUrl: string },
  { symbols, rows }: Fill,
): Promise<void> {
  const names = Array.from({ length: symbols }, (_, i) => symbolOf(i));
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const broker = await connectBroker(redisUrl);
  try {
    const watchlist = createWatchlist(sql);
    for (const name of names) await watchlist.add(name);
    await publish(broker, "news", names.map(article));
    await publish(broker, "recommendations", names.map(ratings));
    const each = Math.ceil(rows / symbols);
    for (let round = 0; round < each; round++) {
      const at = Date.now() - (each - round) * 120_000;
      await publish(broker, "quotes", names.map((name) => quote(name, at)));
    }
  } finally {
    await broker.close();
    await sql.end();
  }
}

/** QXAA, QXAB, …: what the simulated market takes for listed. */
export function symbolOf(n: number): string {
  const letter = (value: number) => String.fromCharCode(65 + value % 26);
  return `QX${letter(Math.floor(n / 26))}${letter(n)}`;
}

async function publish(broker: Broker, topic: string, messages: Message[]) {
  for (let n = 0; n < messages.length; n += 500) {
    await broker.publish(topic, messages.slice(n, n + 500));
  }
}

const seedOf = (text: string) =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7);

function message(actor: unknown, id: string, symbol: string, data: object) {
  const at = new Date(Number(id.split("@")[1])).toISOString();
  const event = { id, symbol, at, data: data as Record<string, unknown> };
  return encode(actor as Actor, event);
}

/** @param at in milliseconds since 1970 */
export function quote(symbol: string, at: number): Message {
  const seed = seedOf(symbol);
  const previous_close = 5 + seed;
  const wave = Math.sin(at / 7e6 + seed) + Math.sin(at / 9e5 + 2 * seed) / 4;
  const price = Number((previous_close * (1 + wave / 40)).toFixed(2));
  const change = Number((price - previous_close).toFixed(2));
  return message(quotes, `${symbol}@${Math.floor(at)}`, symbol, {
    price,
    change,
    percent_change: Number((change / previous_close * 100).toFixed(4)),
    high: Number((previous_close * 1.03).toFixed(2)),
    low: Number((previous_close * 0.97).toFixed(2)),
    open: previous_close,
    previous_close,
  });
}

function ratings(symbol: string): Message {
  const seed = seedOf(symbol);
  const period = new Date().toISOString().slice(0, 7) + "-01";
  return message(recommendations, `${symbol}@${Date.now()}`, symbol, {
    period,
    strong_buy: seed % 13,
    buy: seed % 23,
    hold: seed % 11,
    sell: seed % 5,
    strong_sell: seed % 3,
  });
}

function article(symbol: string, n: number): Message {
  const at = Date.now() - seedOf(symbol) * 60_000;
  return message(news, `${symbol}@${at}`, symbol, {
    news_id: 9_000_000 + n,
    headline: `${symbol} says that its quarter went about as it had expected`,
    source: "Filler",
    summary: "",
    url: `https://example.com/${symbol}`,
    image: null,
  });
}

async function serversOf(env: Record<string, string>) {
  const folder = await dataFolder(env.DATA_DIR || ".data");
  const read = async (file: string) =>
    (await Deno.readTextFile(`${folder}/${file}`)).trim();
  return {
    databaseUrl: env.DATABASE_URL ??
      await postgresUrl(
        `${folder}/postgres`,
        Number(await read("postgres/port")),
      ),
    redisUrl: env.REDIS_URL ??
      `redis://:${await read("redis/password")}@127.0.0.1:${await read(
        "redis/port",
      )}`,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args.filter((arg) => arg !== "--"),
    options: {
      symbols: { type: "string", default: "500" },
      rows: { type: "string", default: "100000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
  } else {
    const size = { symbols: Number(values.symbols), rows: Number(values.rows) };
    await fill(await serversOf(Deno.env.toObject()), size);
    console.log(`${size.symbols} symbols and ${size.rows} quotes published.`);
  }
}
