/** The price panel of a symbol's page: the chart of a range, what it says in figures, the newest prices. */
import type { Value } from "../../engine/actor.ts";
import type { Quote } from "../../market/market.ts";
import type { Point } from "../../ui/chart_parts.tsx";
import { type Column, numeric, Table } from "../../ui/DataTable.tsx";
import { anyTime, LineChart } from "../../ui/LineChart.tsx";
import {
  percentText,
  priceText,
  signedText,
  trendOf,
} from "../../ui/numbers.ts";
import { currencyName, moneyText } from "../../ui/currency.ts";
import { Figures } from "../../ui/parts.tsx";
import { zonedText } from "../../ui/time_texts.ts";
import type { Frame, PanelProps } from "../../ui/view.ts";
import { Change } from "./Change.tsx";
import { type Split, splitAdjusted, splitsOf } from "./splits.ts";

/** A thinned row may tell how long nothing came before it. */
export type Row = Value & Quote & { readonly pause_ms?: number };

export function PricePanel(
  { symbol, currency = null, rows, frame = anyTime }: PanelProps<Row>,
) {
  const newest = rows.at(-1);
  if (!newest) return <p class="empty">No prices in this range.</p>;
  const prices = seriesOf(symbol, rows);
  const other = frame.other?.rows.length
    ? seriesOf(frame.other.symbol, frame.other.rows)
    : null;
  return (
    <>
      <div class="now">
        <Price of={newest} currency={currency} />
        <Change of={newest} />
      </div>
      <Figures of={figures(prices, other, frame.zone)} class="figures roomy" />
      {other
        ? <ComparedChart series={prices} other={other} frame={frame} />
        : <PriceChart series={prices} frame={frame} />}
      {prices.splits.map(({ at, text }) => (
        <p key={at} class="small">
          A {text}{" "}
          split, as the previous close tells: prices before it are shown in
          shares of today.
        </p>
      ))}
      <details id="prices-table">
        <summary>The newest prices as a table</summary>
        <Table
          caption="The newest prices"
          rows={rows.slice(-50).reverse()}
          columns={columns(frame.zone)}
        />
      </details>
    </>
  );
}

function Price(
  { of: { price }, currency }: { of: Row; currency: string | null },
) {
  return (
    <>
      <span class="price">{moneyText(price, currency)}</span>
      {currency && (
        <abbr class="currency" title={currencyName(currency) ?? undefined}>
          {currency}
        </abbr>
      )}
    </>
  );
}

interface Series {
  readonly symbol: string;
  readonly rows: readonly Row[];
  readonly times: readonly number[];
  /** In shares of today. */
  readonly prices: readonly number[];
  readonly splits: readonly Split[];
}

function seriesOf(symbol: string, rows: readonly Row[]): Series {
  const splits = splitsOf(rows);
  const prices = splits.length
    ? splitAdjusted(rows, splits)
    : rows.map(({ price }) => price);
  const times = rows.map(({ at }) => Date.parse(at));
  return { symbol, rows, times, prices, splits };
}

function PriceChart({ series, frame }: { series: Series; frame: Frame<Row> }) {
  const { symbol, prices, splits } = series;
  const moved = prices.at(-1)! - prices[0]!;
  const points = pointsOf(series, prices);
  const label = `${symbol} from ${priceText(prices[0])} to ${
    priceText(prices.at(-1))
  }; the table below has the newest prices`;
  return (
    <LineChart
      id="prices"
      label={label}
      line={{ points, trend: trendOf(moved) }}
      told={{ names: [symbol], prices, percents: [] }}
      marks={splits.map(({ at, text }) => (
        { at: Date.parse(at), text: `Split ${text}` }
      ))}
      frame={frame}
      text={priceText}
    />
  );
}

interface ComparedProps {
  series: Series;
  other: Series;
  frame: Frame<Row>;
}

/** Both in percent of what they were when both had begun. */
function ComparedChart({ series, other, frame }: ComparedProps) {
  const start = Math.max(series.times[0]!, other.times[0]!);
  const mine = percents(series, start);
  const theirs = percents(other, start);
  const beside = series.times.map((at) => theirs[lastUpTo(other.times, at)]!);
  const told = {
    names: [series.symbol, other.symbol],
    prices: series.prices,
    percents: [mine, beside],
  };
  const label = `${series.symbol} ${percentText(mine.at(-1))}, ` +
    `${other.symbol} ${percentText(theirs.at(-1))}`;
  return (
    <>
      <ul class="legend lines">
        <li class={trendOf(mine.at(-1))}>
          <span class="key" /> {series.symbol} {percentText(mine.at(-1))}
        </li>
        <li class="compared">
          <span class="key" /> {other.symbol} {percentText(theirs.at(-1))}
        </li>
      </ul>
      <LineChart
        id="prices"
        label={label}
        line={{ points: pointsOf(series, mine), trend: trendOf(mine.at(-1)) }}
        told={told}
        other={{ points: pointsOf(other, theirs), trend: "flat" }}
        frame={frame}
        text={percentText}
      />
    </>
  );
}

function percents({ times, prices }: Series, start: number): number[] {
  const first = times.findIndex((time) => time >= start);
  const base = prices[first] ?? prices.at(-1)!;
  return prices.map((price) => Math.round((price / base - 1) * 1e6) / 1e4);
}

/** The index of the last time up to `ms`; the first one if all come later. */
function lastUpTo(times: readonly number[], ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! > ms) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}

function pointsOf(
  { rows, times }: Series,
  values: readonly number[],
): Point[] {
  return times.map((at, i) => (
    { at, value: values[i]!, pauseMs: rows[i]!.pause_ms }
  ));
}

function figures(
  { rows, prices, times }: Series,
  other: Series | null,
  zone: string,
) {
  const moved = (of: readonly number[]) => (of.at(-1)! / of[0]! - 1) * 100;
  const { open, previous_close } = rows.at(-1)!;
  const placed = (value: number) => (
    <>
      {priceText(value)}{" "}
      <Moment ms={times[prices.indexOf(value)]!} zone={zone} />
    </>
  );
  const change = signedText(prices.at(-1)! - prices[0]!, prices[0]);
  return {
    "In this range": `${change} (${percentText(moved(prices))})`,
    ...other && { [`${other.symbol} in it`]: percentText(moved(other.prices)) },
    Highest: placed(Math.max(...prices)),
    Lowest: placed(Math.min(...prices)),
    Open: priceText(open),
    "Previous close": priceText(previous_close),
  };
}

function Moment({ ms, zone }: { ms: number; zone: string }) {
  return (
    <time class="small" dateTime={new Date(ms).toISOString()}>
      {zonedText(ms, "moment", zone)}
    </time>
  );
}

const columns = (zone: string): Column<Row>[] => [
  {
    heading: "Time",
    cell: ({ at }) => <Moment ms={Date.parse(at)} zone={zone} />,
  },
  numeric("Price", (row) => priceText(row.price)),
  numeric("Change", (row) => signedText(row.change, row.price)),
  numeric("Percent", (row) => percentText(row.percent_change)),
  numeric("High", (row) => priceText(row.high)),
  numeric("Low", (row) => priceText(row.low)),
];
