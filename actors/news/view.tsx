import { eventAtAddress } from "../../ui/addresses.ts";
import { plural } from "../../ui/numbers.ts";
import { SafeLink } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { columns } from "./columns.tsx";
import type { PanelProps, View } from "../../ui/view.ts";
import type { Article } from "../../market/market.ts";
import type { Value } from "../../engine/actor.ts";

/** Its `id` is a column of the article's own, called `news_id` here. */
type Row = Value & Omit<Article, "id"> & {
  news_id: number;
  /** What its publisher changed, the first telling first. */
  former?: readonly { headline: string; told_at: string | null }[];
};

const atOnce = 6;
const most = 40;

export default {
  order: 30,
  recent: 0,
  heading: "Latest news",
  columns,

  panel({ actor, symbol, rows }: PanelProps<Row>) {
    if (rows.length === 0) return <p class="empty">No news yet.</p>;
    const newest = rows.slice(-most).reverse();
    const older = newest.slice(atOnce);
    return (
      <>
        <Articles actor={actor} rows={newest.slice(0, atOnce)} />
        {older.length > 0 && (
          <details id={`older-news-${symbol}`}>
            <summary>{plural(older.length, "older article")}</summary>
            <Articles actor={actor} rows={older} />
          </details>
        )}
      </>
    );
  },
} satisfies View;

function Articles({ actor, rows }: { actor: string; rows: readonly Row[] }) {
  return (
    <ol class="articles">
      {rows.map((row) => (
        <li key={row.news_id}>
          <SafeLink class="headline" href={row.url}>{row.headline}</SafeLink>
          {row.summary && <p>{row.summary}</p>}
          <span class="small">
            {row.source} ·{" "}
            <a href={eventOf(actor, row)}>
              <Time at={row.at} as="age" />
            </a>
          </span>
          <Changed row={row} />
        </li>
      ))}
    </ol>
  );
}

const eventOf = (actor: string, { symbol, at, news_id }: Row) =>
  eventAtAddress(actor, symbol, at, `${news_id}:${symbol}`);

/** The headlines that it had before. */
function Changed({ row: { headline, former = [] } }: { row: Row }) {
  const others = former.filter((was) => was.headline !== headline);
  return others.map((was) => (
    <p key={was.told_at} class="small">
      Changed by its publisher, was “{was.headline}”
      {was.told_at && (
        <>
          , told <Time at={was.told_at} />
        </>
      )}
    </p>
  ));
}
