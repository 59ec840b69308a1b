import { SafeLink } from "../../components/SafeLink.tsx";
import { Time } from "../../components/Time.tsx";
import type { CellProps, PanelProps, View } from "../../components/view.ts";
import type { Article } from "../../market/market.ts";
import type { LatestValue } from "../../runtime/actor.ts";

type Row = LatestValue & Article;

export default {
  order: 30,
  recent: 0,
  heading: "Latest news",

  cell({ latest }: CellProps<Row>) {
    return (
      <div class="news">
        <SafeLink class="headline" href={latest.url}>
          {latest.headline}
        </SafeLink>
        <span class="small">{latest.source}</span>
      </div>
    );
  },

  panel({ rows }: PanelProps<Row>) {
    if (rows.length === 0) return <p class="empty">No news yet.</p>;
    return (
      <ol class="articles">
        {rows.slice(-30).reverse().map((row) => (
          <li key={row.id}>
            <SafeLink class="headline" href={row.url}>{row.headline}</SafeLink>
            {row.summary && <p>{row.summary}</p>}
            <span class="small">
              {row.source} · <Time at={row.at} as="age" />
            </span>
          </li>
        ))}
      </ol>
    );
  },
} satisfies View;
