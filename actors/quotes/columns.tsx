/** What the watchlist tells of a price. */
import type { Value } from "../../engine/actor.ts";
import type { Quote } from "../../market/market.ts";
import { Spark } from "../../ui/charts.tsx";
import {
  percentText,
  priceText,
  signedText,
  trendOf,
} from "../../ui/numbers.ts";
import type { CellProps, ViewColumn } from "../../ui/view.ts";

type Row = Value & Quote;

/** Either may be missing; they have the same sign. */
const moved = ({ change, percent_change }: Row) => change ?? percent_change;
const trend = (row: Row) => trendOf(moved(row));

export const columns: ViewColumn[] = [
  {
    name: "price",
    heading: "Price",
    width: 9,
    numeric: true,
    key: ({ price }: Row) => price,
    text: ({ price }: Row) => priceText(price),
  },
  {
    name: "change",
    heading: "Change",
    width: 8,
    numeric: true,
    key: ({ change }: Row) => change,
    text: ({ change, price }: Row) => signedText(change, price),
    trend,
  },
  {
    name: "percent_change",
    heading: "%",
    width: 8,
    numeric: true,
    movement: true,
    key: ({ percent_change }: Row) => percent_change,
    text: ({ percent_change }: Row) => percentText(percent_change),
    trend,
  },
  {
    name: "range",
    heading: "Day range",
    width: 17,
    numeric: true,
    /** How wide it is, in parts of the low: symbols of any price compare. */
    key: ({ high, low }: Row) =>
      high && low ? Number((high / low).toFixed(5)) : null,
    text: ({ high, low }: Row) =>
      high === null && low === null
        ? ""
        : `${priceText(low)} – ${priceText(high)}`,
  },
  {
    name: "recent",
    heading: "Recent",
    width: 10,
    text: () => "",
    cell({ latest, recent }: CellProps<Row>) {
      return (
        <Spark
          values={recent.map(({ price }) => price)}
          trend={trend(latest)}
          label={`The last ${recent.length} prices`}
        />
      );
    },
  },
];
