import { DataTable, numeric } from "../../ui/DataTable.tsx";
import {
  consensus,
  RatingColumns,
  ratingKinds,
  ratingSummary,
  ratingTotal,
} from "./ratings.tsx";
import { columns } from "./columns.tsx";
import type { PanelProps, View } from "../../ui/view.ts";
import type { Recommendation } from "../../market/market.ts";
import type { Value } from "../../engine/actor.ts";

type Row = Value & Recommendation & {
  /** What was told of the month before, the first telling first. */
  readonly former?: readonly Recommendation[];
};

/** The newest month says it all: a chart of two years is no easier to read than one of one. */
const months = 12;

export default {
  order: 20,
  recent: 0,
  heading: "Analysts",
  columns,
  staleAfterMs: 62 * 86_400_000,

  panel({ actor, rows }: PanelProps<Row>) {
    const shown = rows.slice(-months);
    const newest = shown.at(-1);
    if (!newest) return <p class="empty">No analyst has rated it yet.</p>;
    return (
      <>
        <p>
          Consensus: <strong>{consensus(newest)}</strong>{" "}
          <span class="small">
            of {ratingTotal(newest)} analysts, {ratingSummary(newest)}
            {newest.former && `; revised, was ${wasText(newest)}`}
          </span>
        </p>
        <RatingColumns months={shown} />
        <details id="ratings-table">
          <summary>The ratings as a table</summary>
          <DataTable
            actor={actor}
            caption="Ratings by month"
            rows={shown.toReversed()}
            columns={[
              ...ratingKinds.map(({ field, name }) =>
                numeric(name, (row: Row) => row[field])
              ),
              {
                heading: "Revised",
                cell: ({ former }) =>
                  former ? `was ${countsText(former.at(-1)!)}` : "",
              },
            ]}
          />
        </details>
      </>
    );
  },
} satisfies View;

const wasText = ({ former = [] }: Row) => ratingSummary(former.at(-1)!);

/** As the columns stand beside each other. */
const countsText = (counts: Recommendation) =>
  ratingKinds.map(({ field }) => counts[field]).join(" · ");
