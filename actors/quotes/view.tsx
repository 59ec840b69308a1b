import { Figures } from "../../ui/parts.tsx";
import { LineChart } from "../../ui/charts.tsx";
import {
  type Column as TableColumn,
  DataTable,
  numeric,
} from "../../ui/DataTable.tsx";
import {
  percentText,
  priceText,
  signedText,
  trendOf,
} from "../../ui/numbers.ts";
import type { PanelProps, View } from "../../ui/view.ts";
import { columns } from "./columns.tsx";
import type { Quote } from "../../market/market.ts";
import type { Value } from "../../engine/actor.ts";

type Row = Value & Quote;

export default {
  order: 10,
  recent: 48,
  heading: "Price",
  columns,
  staleAfterMs: 20 * 60_000,
  ranged: true,

  panel({ symbol, rows }: PanelProps<Row>) {
    const newest = rows.at(-1);
    const first = rows[0];
    if (!newest || !first) return <p class="empty">No prices in this range.</p>;
    const moved = newest.price - first.price;
    const span = `from ${priceText(first.price)} to ${priceText(newest.price)}`;
    return (
      <>
        <div class="now">
          <span class="price">{priceText(newest.price)}</span>
          <Change of={newest} />
        </div>
        <Figures of={figures(rows, moved)} class="figures roomy" />
        <LineChart
          points={rows.map(({ at, price }) => ({ at, value: price }))}
          label={`${symbol} ${span}; the table below has the numbers`}
          trend={trendOf(moved)}
          text={priceText}
        />
        <details id="prices-table">
          <summary>The newest prices as a table</summary>
          <DataTable
            caption="The newest prices"
            rows={rows.slice(-50).reverse()}
            columns={tableColumns}
          />
        </details>
      </>
    );
  },
} satisfies View;

const tableColumns: TableColumn<Row>[] = [
  numeric("Price", (row) => priceText(row.price)),
  numeric("Change", (row) => signedText(row.change)),
  numeric("Percent", (row) => percentText(row.percent_change)),
  numeric("High", (row) => priceText(row.high)),
  numeric("Low", (row) => priceText(row.low)),
];

const arrows = { up: "▲", down: "▼", flat: "■" };

/** Arrow, sign and colour, so that none of them is needed alone. */
function Change({ of: { change, percent_change: percent } }: { of: Row }) {
  if (change === null && percent === null) return null;
  const trend = trendOf(change ?? percent);
  return (
    <span class={`change ${trend}`}>
      <span aria-hidden="true">{arrows[trend]}</span> {signedText(change)}{" "}
      <span class="percent">({percentText(percent)})</span>
    </span>
  );
}

function figures(rows: readonly Row[], moved: number) {
  const prices = rows.map(({ price }) => price);
  const { open, previous_close } = rows.at(-1)!;
  const percent = percentText(moved / prices[0]! * 100);
  return {
    "In this range": `${signedText(moved)} (${percent})`,
    Highest: priceText(Math.max(...prices)),
    Lowest: priceText(Math.min(...prices)),
    Open: priceText(open),
    "Previous close": priceText(previous_close),
  };
}
