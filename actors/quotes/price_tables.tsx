/** The prices of a symbol's page as tables: the newest ones, and those that were corrected. */
import type { Value } from "../../engine/actor.ts";
import type { Quote } from "../../market/market.ts";
import { eventAtAddress } from "../../ui/addresses.ts";
import { type Column, numeric, Table } from "../../ui/DataTable.tsx";
import {
  percentText,
  plural,
  priceText,
  signedText,
} from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { zonedText } from "../../ui/time_texts.ts";

/** Of the newest prices all is shown; older ones may be told by their price alone. */
export const newestShown = 50;

/** A thinned row may tell how long nothing came before it. */
export type Row = Value & Pick<Quote, "price"> & Partial<Quote> & {
  readonly pause_ms?: number;
  /** What was told before of the same instant, the first telling first. */
  readonly former?: readonly Former[];
};

interface Former {
  readonly price: number;
  /** RFC 3339; null if it is not known. */
  readonly told_at: string | null;
}

interface Props {
  actor: string;
  rows: readonly Row[];
  zone: string;
}

/** The newest ones, behind the chart that shows all. */
export function NewestPrices({ actor, rows, zone }: Props) {
  const shown = rows.slice(-newestShown).reverse();
  return (
    <details id="prices-table">
      <summary>The newest prices as a table</summary>
      <Table
        caption="The newest prices"
        rows={shown}
        columns={[
          ...columns(actor, zone),
          ...shown.some(({ former }) => former) ? [correction] : [],
        ]}
      />
    </details>
  );
}

/** The prices of the range that were told otherwise before. */
export function Corrected({ actor, rows, zone }: Props) {
  const corrected = rows.filter(({ former }) => former);
  if (corrected.length === 0) return null;
  return (
    <details id="corrected-prices">
      <summary>
        Corrected since: {plural(corrected.length, "price")}
      </summary>
      <Table
        caption="Corrected prices"
        rows={corrected.slice(-newestShown).reverse()}
        columns={[
          timeColumn(actor, zone),
          numeric("Price", ({ price }: Row) => priceText(price)),
          {
            heading: "It was",
            cell: ({ former = [] }: Row) => <WasPrices former={former} />,
          },
        ]}
      />
    </details>
  );
}

function WasPrices({ former }: { former: readonly Former[] }) {
  return former.map(({ price, told_at }, i) => (
    <span key={i}>
      {i > 0 && ", then "}
      {priceText(price)}
      {told_at && (
        <span class="small">
          {" "}
          told <Time at={told_at} />
        </span>
      )}
    </span>
  ));
}

export function Moment({ ms, zone }: { ms: number; zone: string }) {
  return (
    <time class="small" dateTime={new Date(ms).toISOString()}>
      {zonedText(ms, "moment", zone)}
    </time>
  );
}

/** The time of a price, which leads to its event. */
const timeColumn = (actor: string, zone: string): Column<Row> => ({
  heading: "Time",
  cell: ({ symbol, at }) => (
    <a href={eventAtAddress(actor, symbol, at)}>
      <Moment ms={Date.parse(at)} zone={zone} />
    </a>
  ),
});

const columns = (actor: string, zone: string): Column<Row>[] => [
  timeColumn(actor, zone),
  numeric("Price", (row) => priceText(row.price)),
  numeric("Change", (row) => signedText(row.change, row.price)),
  numeric("Percent", (row) => percentText(row.percent_change)),
  numeric("High", (row) => priceText(row.high)),
  numeric("Low", (row) => priceText(row.low)),
];

const correction: Column<Row> = {
  heading: "Corrected",
  cell: ({ former }) => former && `was ${priceText(former.at(-1)!.price)}`,
};
