/** What the watchlist tells of news. */
import type { Value } from "../../engine/actor.ts";
import type { Article } from "../../market/market.ts";
import { SafeLink } from "../../ui/parts.tsx";
import type { CellProps, ViewColumn } from "../../ui/view.ts";

type Row = Value & Pick<Article, "headline" | "source" | "url"> & {
  readonly news_id: number;
};

export const columns: ViewColumn[] = [{
  name: "headline",
  heading: "Latest news",
  marksNew: true,
  key: ({ at }: Row) => Date.parse(at),
  same: ({ news_id }: Row) => String(news_id),
  text: ({ headline }: Row) => headline,
  cell({ latest: { headline, url } }: CellProps<Row>) {
    return <SafeLink class="headline" href={url}>{headline}</SafeLink>;
  },
}];
