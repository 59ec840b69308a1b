/** The price panel of a symbol's page: the chart of a range, what it says in figures, the newest prices. */
import type { Point } from "../../ui/chart_parts.tsx";
import { anyTime, LineChart } from "../../ui/LineChart.tsx";
import {
  percentText,
  priceText,
  signedText,
  trendOf,
} from "../../ui/numbers.ts";
import { currencyName, moneyText } from "../../ui/currency.ts";
import { Figures } from "../../ui/parts.tsx";
import type { Frame, PanelProps } from "../../ui/view.ts";
import { Change } from "./Change.tsx";
import { Corrected, Moment, NewestPrices, type Row } from "./price_tables.tsx";
import { type Split, splitAdjusted, splitsOf } from "./splits.ts";

export function PricePanel(props: PanelProps<Row>) {
  const { actor, symbol, currency = null, rows, frame = anyTime } = props;
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
        ? (
          <ComparedChart
            actor={actor}
            series={prices}
            other={other}
            frame={frame}
          />
        )
        : <PriceChart actor={actor} series={prices} frame={frame} />}
      {prices.splits.map(({ at, text }) => (
        <p key={at} class="small">
          A {text}{" "}
          split, as the previous close tells: prices before it are shown in
          shares of today.
        </p>
      ))}
      <NewestPrices actor={actor} rows={rows} zone={frame.zone} />
      <Corrected actor={actor} rows={rows} zone={frame.zone} />
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
  /** The same of what they were before they were corrected, by index. */
  readonly former: Readonly<Record<number, readonly number[]>>;
  readonly splits: readonly Split[];
}

function seriesOf(symbol: string, rows: readonly Row[]): Series {
  const splits = splitsOf(rows);
  const prices = splits.length
    ? splitAdjusted(rows, splits)
    : rows.map(({ price }) => price);
  const times = rows.map(({ at }) => Date.parse(at));
  const corrected = rows.flatMap(({ price, former }, i) =>
    former
      ? [[i, former.map((was) => was.price * prices[i]! / price)] as const]
      : []
  );
  const former = Object.fromEntries(corrected);
  return { symbol, rows, times, prices, former, splits };
}

interface ChartProps {
  actor: string;
  series: Series;
  frame: Frame<Row>;
}

function PriceChart({ actor, series, frame }: ChartProps) {
  const { symbol, prices, former, splits } = series;
  const of = { actor, symbol };
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
      told={{ names: [symbol], prices, percents: [], of, former }}
      marks={splits.map(({ at, text }) => (
        { at: Date.parse(at), text: `Split ${text}` }
      ))}
      frame={frame}
      text={priceText}
    />
  );
}

/** Both in percent of what they were when both had begun. */
function ComparedChart(
  { actor, series, other, frame }: ChartProps & { other: Series },
) {
  const start = Math.max(series.times[0]!, other.times[0]!);
  const mine = percents(series, start);
  const theirs = percents(other, start);
  const beside = series.times.map((at) => theirs[lastUpTo(other.times, at)]!);
  const told = {
    names: [series.symbol, other.symbol],
    prices: series.prices,
    percents: [mine, beside],
    of: { actor, symbol: series.symbol },
    former: series.former,
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
