/** Company news: hourly. */
import { z } from "zod";
import { defineActor } from "../../engine/actor.ts";

/** PostgreSQL refuses NUL; half a surrogate pair would come back as another character. */
const text = z.string().refine(
  (value) => !value.includes("\0") && value.isWellFormed(),
  "holds NUL or half a surrogate pair",
);

/** A page links to it, so nothing but the web: no `javascript:`, no `data:`. */
const link = text.pipe(z.url({ protocol: /^https?$/ })).nullable();

const schema = z.object({
  /** The provider's id: the same article for several symbols has the same one. */
  news_id: z.int().nonnegative(),
  headline: text,
  source: text,
  summary: text,
  url: link,
  image: link,
});

export default defineActor({
  name: "news",
  title: "Company news",
  description: "Headlines about the companies of the watchlist.",
  schedule: "0 * * * *",
  version: 1,
  schema,
  permissions: { net: ["market"] },

  async *produce(symbol, { market, now, signal }) {
    // Articles appear late, and backdated: each scan asks again for what may have come.
    const to = day(now);
    const from = day(new Date(now.getTime() - threeDaysMs));
    for (const article of await market.news(symbol, { from, to, signal })) {
      const data = {
        news_id: article.id,
        headline: storable(article.headline),
        source: storable(article.source),
        summary: storable(article.summary),
        url: article.url,
        image: article.image,
      };
      yield { id: `${article.id}:${symbol}`, at: article.at, data };
    }
  },

  async handle(events, { sql }) {
    const data = events.map((event) => event.data);
    await sql`
      with given as (
        select * from unnest(
          ${data.map((article) => article.news_id)}::bigint[],
          ${events.map((event) => event.symbol)}::text[],
          ${events.map((event) => event.at)}::timestamptz[],
          ${data.map((article) => article.headline)}::text[],
          ${data.map((article) => article.source)}::text[],
          ${data.map((article) => article.summary)}::text[],
          ${data.map((article) => article.url)}::text[],
          ${data.map((article) => article.image)}::text[]
        ) with ordinality
          as given (id, symbol, at, headline, source, summary, url, image, place)
      ), articles as (
        insert into news (id, at, headline, source, summary, url, image)
        select id, at, headline, source, summary, url, image
        from given order by id, place
        on conflict do nothing
      )
      insert into news_symbols (news_id, symbol, at)
      select id, symbol, at from given order by id, symbol, place
      on conflict do nothing`;
  },

  async history(sql, { symbol, from = "-infinity", to = "infinity", limit }) {
    // The id as float8: a bigint would be read as text, and the ids are JSON numbers.
    const rows = await sql<{ symbol: string; at: Date }[]>`
      select symbol, about.at, id::float8 as news_id, headline, source, summary, url, image
      from news_symbols as about join news on news.id = news_id
      where symbol = ${symbol}
        and about.at between ${from}::text::timestamptz and ${to}::text::timestamptz
      order by about.at desc, news_id desc limit ${limit}`;
    return rows.map((row) => ({ ...row, at: row.at.toISOString() })).reverse();
  },
});

const threeDaysMs = 3 * 24 * 3600_000;

const day = (time: Date) => time.toISOString().slice(0, 10);

/** An article is not lost for a character that PostgreSQL refuses. */
function storable(dirty: string): string {
  return dirty.toWellFormed().replaceAll("\0", "\uFFFD");
}
