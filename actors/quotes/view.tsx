import { Change } from "../../ui/Change.tsx";
import { DataTable } from "../../ui/DataTable.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import {
  percentText,
  priceText,
  signedText,
  trendOf,
} from "../../ui/numbers.ts";
import { Spark } from "../../ui/Spark.tsx";
import type { CellProps, PanelProps, View } from "../../ui/view.ts";
import type { Quote } from "../../market/market.ts";
import type { LatestValue } from "../../engine/actor.ts";

type Row = LatestValue & Quote;

export default {
  order: 10,
  recent: 48,
  heading: "Price",
  staleAfterMs: 20 * 60_000,
  ranged: true,

  cell({ latest, recent }: CellProps<Row>) {
    return (
      <div class="quote">
        <div>
          <div class="price">{priceText(latest.price)}</div>
          <Change change={latest.change} percent={latest.percent_change} />
        </div>
        <Spark
          values={recent.map(({ price }) => price)}
          trend={trendOf(latest.change)}
          label={`The last ${recent.length} prices`}
        />
      </div>
    );
  },

  panel({ symbol, rows }: PanelProps<Row>) {
    const newest = rows.at(-1);
    const first = rows[0];
    if (!newest || !first) return <p class="empty">No prices in this range.</p>;
    const moved = newest.price - first.price;
    return (
      <>
        <div class="now">
          <span class="price">{priceText(newest.price)}</span>
          <Change change={newest.change} percent={newest.percent_change} />
        </div>
        <Figures rows={rows} moved={moved} />
        <LineChart
          points={rows.map(({ at, price }) => ({ at, value: price }))}
          label={`${symbol} from ${priceText(first.price)} to ${
            priceText(newest.price)
          }; the table below has the numbers`}
          trend={trendOf(moved)}
          text={priceText}
        />
        <details id="prices-table">
          <summary>The newest prices as a table</summary>
          <Prices rows={rows.slice(-50).reverse()} />
        </details>
      </>
    );
  },
} satisfies View;

function Figures({ rows, moved }: { rows: readonly Row[]; moved: number }) {
  const prices = rows.map(({ price }) => price);
  const newest = rows.at(-1)!;
  const figures = [
    [
      "In this range",
      `${signedText(moved)} (${percentText(moved / prices[0]! * 100)})`,
    ],
    ["Highest", priceText(Math.max(...prices))],
    ["Lowest", priceText(Math.min(...prices))],
    ["Open", priceText(newest.open)],
    ["Previous close", priceText(newest.previous_close)],
  ] as const;
  return (
    <dl class="figures roomy">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Prices({ rows }: { rows: readonly Row[] }) {
  return (
    <DataTable
      caption="The newest prices"
      rows={rows}
      columns={[
        { heading: "Price", numeric: true, cell: (r) => priceText(r.price) },
        { heading: "Change", numeric: true, cell: (r) => signedText(r.change) },
        {
          heading: "Percent",
          numeric: true,
          cell: (r) => percentText(r.percent_change),
        },
        { heading: "High", numeric: true, cell: (r) => priceText(r.high) },
        { heading: "Low", numeric: true, cell: (r) => priceText(r.low) },
      ]}
    />
  );
}
