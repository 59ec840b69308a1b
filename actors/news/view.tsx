import { plural } from "../../ui/numbers.ts";
import { SafeLink } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { columns } from "./columns.tsx";
import type { PanelProps, View } from "../../ui/view.ts";
import type { Article } from "../../market/market.ts";
import type { Value } from "../../engine/actor.ts";

/** Its `id` is a column of the article's own, called `news_id` here. */
type Row = Value & Omit<Article, "id"> & { news_id: number };

const atOnce = 6;
const most = 40;

export default {
  order: 30,
  recent: 0,
  heading: "Latest news",
  columns,

  panel({ symbol, rows }: PanelProps<Row>) {
    if (rows.length === 0) return <p class="empty">No news yet.</p>;
    const newest = rows.slice(-most).reverse();
    const older = newest.slice(atOnce);
    return (
      <>
        <Articles rows={newest.slice(0, atOnce)} />
        {older.length > 0 && (
          <details id={`older-news-${symbol}`}>
            <summary>{plural(older.length, "older article")}</summary>
            <Articles rows={older} />
          </details>
        )}
      </>
    );
  },
} satisfies View;

function Articles({ rows }: { rows: readonly Row[] }) {
  return (
    <ol class="articles">
      {rows.map((row) => (
        <li key={row.news_id}>
          <SafeLink class="headline" href={row.url}>{row.headline}</SafeLink>
          {row.summary && <p>{row.summary}</p>}
          <span class="small">
            {row.source} · <Time at={row.at} as="age" />
          </span>
        </li>
      ))}
    </ol>
  );
}
