/** Company news: hourly. */
import type { Fragment, Sql } from "postgres";
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
  /** Who told it, where several providers are asked. */
  provider: z.string().optional(),
  /** When the market told it so: publishers change their headlines. */
  told_at: z.iso.datetime().optional(),
});

export default defineActor<z.infer<typeof schema>>({
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
        ...article.provider && { provider: article.provider },
        told_at: now.toISOString(),
      };
      yield { id: `${article.id}:${symbol}`, at: article.at, data };
    }
  },

  async handle(events, { sql }) {
    const data = events.map((event) => event.data);
    const told: Fragment = sql`
      select id, symbol, at, headline, source, summary, url, image,
        coalesce(told_at, '-infinity') as told_at, place
      from unnest(
        ${data.map((article) => article.news_id)}::bigint[],
        ${events.map((event) => event.symbol)}::text[],
        ${events.map((event) => event.at)}::timestamptz[],
        ${data.map((article) => article.headline)}::text[],
        ${data.map((article) => article.source)}::text[],
        ${data.map((article) => article.summary)}::text[],
        ${data.map((article) => article.url)}::text[],
        ${data.map((article) => article.image)}::text[],
        ${data.map((article) => article.told_at ?? null)}::timestamptz[]
      ) with ordinality
        as given (id, symbol, at, headline, source, summary, url, image, told_at, place)`;
    const { count } = await sql`
      with given as (${told}), articles as (
        insert into news (id, at, headline, source, summary, url, image, told_at)
        select id, at, headline, source, summary, url, image, told_at
        from given order by id, place
        on conflict do nothing
        returning id
      ), about as (
        insert into news_symbols (news_id, symbol, at)
        select id, symbol, at from given order by id, symbol, place
        on conflict do nothing
      )
      select from articles`;
    if (count < events.length) await correct(sql, told);
  },

  /** With the article goes what is kept of it. */
  retention: [{ table: "news" }],

  async history(sql, { symbol, from = "-infinity", to = "infinity", limit }) {
    // The id as float8: a bigint would be read as text, and the ids are JSON numbers.
    const rows = await sql<Row[]>`
      select symbol, about.at, id::float8 as news_id, headline, source, summary, url, image,
        nullif(told_at, '-infinity') as told_at,
        (
          select json_agg(json_build_object(
            'headline', headline, 'told_at', nullif(told_at, '-infinity')
          ) order by told_at)
          from news_corrections as was where was.id = news.id
        ) as former
      from news_symbols as about join news on news.id = news_id
      where symbol = ${symbol}
        and about.at between ${from}::text::timestamptz and ${to}::text::timestamptz
      order by about.at desc, news_id desc limit ${limit}`;
    return rows.map(({ told_at, former, ...row }) => ({
      ...row,
      at: row.at.toISOString(),
      ...(told_at && { told_at: told_at.toISOString() }),
      ...(former && { former }),
    })).reverse();
  },
});

interface Row {
  readonly symbol: string;
  readonly at: Date;
  readonly told_at: Date | null;
  /** What was told before, and changed. */
  readonly former: readonly unknown[] | null;
}

/**
 * Of what was told of one article the latest telling becomes the row, and each earlier one that differs is kept as
 * a correction. In whatever order they come, and however often, the outcome is the same.
 */
async function correct(sql: Sql, told: Fragment): Promise<void> {
  await sql`
    with given as (${told}),
    known as (
      select id, headline, source, summary, url, image, told_at, 0 as place
      from news where id in (select id from given)
      -- What another host is about to tell of them would else be known to neither.
      order by id for update
    ),
    tellings as (
      select * from known
      union all
      select id, headline, source, summary, url, image, told_at, place from given
    ),
    last as (
      select distinct on (id) * from tellings order by id, told_at desc, place
    ),
    former as (
      insert into news_corrections (id, told_at, headline, source, summary, url, image)
      select distinct on (id, was.told_at)
        id, was.told_at, was.headline, was.source, was.summary, was.url, was.image
      from tellings as was join last using (id)
      where was.told_at < last.told_at
        and (was.headline, was.source, was.summary, was.url, was.image) is distinct from
          (last.headline, last.source, last.summary, last.url, last.image)
      order by id, was.told_at, was.place
      on conflict do nothing
    )
    update news as kept
    set headline = last.headline, source = last.source, summary = last.summary, url = last.url,
      image = last.image, told_at = last.told_at
    from last
    where kept.id = last.id and kept.told_at < last.told_at
      and (kept.headline, kept.source, kept.summary, kept.url, kept.image) is distinct from
        (last.headline, last.source, last.summary, last.url, last.image)`;
}

const threeDaysMs = 3 * 24 * 3600_000;

const day = (time: Date) => time.toISOString().slice(0, 10);

/** An article is not lost for a character that PostgreSQL refuses. */
function storable(dirty: string): string {
  return dirty.toWellFormed().replaceAll("\0", "\uFFFD");
}
