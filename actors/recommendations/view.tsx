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

type Row = Value & Recommendation;

/** The newest month says it all: a chart of two years is no easier to read than one of one. */
const months = 12;

export default {
  order: 20,
  recent: 0,
  heading: "Analysts",
  columns,
  staleAfterMs: 62 * 86_400_000,

  panel({ rows }: PanelProps<Row>) {
    const shown = rows.slice(-months);
    const newest = shown.at(-1);
    if (!newest) return <p class="empty">No analyst has rated it yet.</p>;
    return (
      <>
        <p>
          Consensus: <strong>{consensus(newest)}</strong>{" "}
          <span class="small">
            of {ratingTotal(newest)} analysts, {ratingSummary(newest)}
          </span>
        </p>
        <RatingColumns months={shown} />
        <details id="ratings-table">
          <summary>The ratings as a table</summary>
          <DataTable
            caption="Ratings by month"
            rows={shown.toReversed()}
            columns={ratingKinds.map(({ field, name }) =>
              numeric(name, (row: Row) => row[field])
            )}
          />
        </details>
      </>
    );
  },
} satisfies View;
