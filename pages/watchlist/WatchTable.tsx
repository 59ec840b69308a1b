/**
 * The watchlist's table, drawn on the server only. A row is drawn in full or in words: 500 in full are
 * more than a browser likes, and in words each can still be found, printed and read aloud. The island
 * exchanges the two as they come into view (live_table.ts).
 */
import { renderToString } from "preact-render-to-string";
import {
  addressOf,
  ariaSort,
  columnsOf,
  nextSort,
  type RowState,
  sameOf,
  type Signal,
  stateOf,
  type Wanted,
} from "./data.ts";
import { ageText } from "../../ui/Time.tsx";
import { BriefCell, Cell, State, widthOf } from "./Cells.tsx";
import { madeOnce } from "./made_once.ts";
import { MoveHandle } from "./MoveHandle.tsx";
import type { Repeat } from "./repeats.ts";
import type { Repeats, ServerRow } from "./rows.ts";

export interface TableProps {
  readonly signals: readonly Signal[];
  readonly wanted: Wanted;
  /** In the order wanted. */
  readonly rows: readonly DrawnRow[];
  /** How many parts of rows in full there are. */
  readonly pages: number;
  readonly repeats: Repeats;
}

export interface DrawnRow {
  readonly row: ServerRow;
  readonly full: boolean;
  /** Left out by the filter. */
  readonly hidden: boolean;
}

/** The rows' buttons remove and move symbols, without JavaScript as well. */
const formId = "rows";

// The roles say again what the elements are, because a phone's style sheet takes it from them.
export function WatchTable(props: TableProps) {
  const { signals, wanted, rows, pages, repeats } = props;
  const now = Date.now();
  const htmlOf = (drawn: DrawnRow) => {
    const repeated = repeats.get(drawn.row.symbol);
    return rowHtml({ ...drawn, signals, repeats: repeated, now });
  };
  return (
    <>
      <form id={formId} method="post" action="/" hidden>
        <input type="hidden" name="list" value={wanted.list} />
      </form>
      <table class="watch" id="watch" role="table" hidden={rows.length === 0}>
        <caption class="sr">Watchlist</caption>
        <thead role="rowgroup">
          <Head signals={signals} wanted={wanted} />
        </thead>
        <tbody
          role="rowgroup"
          // Each row was drawn by Preact, which escaped all text in it.
          // deno-lint-ignore react-no-danger
          dangerouslySetInnerHTML={{ __html: rows.map(htmlOf).join("") }}
        />
      </table>
      <p class="blank">
        Nothing on the watchlist yet. Add a symbol above: its first prices come
        with the next scan.
      </p>
      {pages > 1 && <Pages wanted={wanted} pages={pages} />}
    </>
  );
}

function Head({ signals, wanted }: Pick<TableProps, "signals" | "wanted">) {
  const columns = columnsOf(signals);
  return (
    <tr role="row">
      <Heading name="symbol" wanted={wanted}>Symbol</Heading>
      {columns.map((column) =>
        column.sortable
          ? (
            <Heading
              key={column.name}
              name={column.name}
              wanted={wanted}
              numeric={column.numeric}
              {...widthOf([column])}
            >
              {column.heading}
            </Heading>
          )
          : (
            <th
              key={column.name}
              scope="col"
              role="columnheader"
              {...widthOf([column])}
            >
              {column.heading}
            </th>
          )
      )}
      <Heading name="age" wanted={wanted}>Age</Heading>
      <th scope="col" role="columnheader">
        <span class="sr">Remove</span>
      </th>
    </tr>
  );
}

interface HeadingProps {
  name: string;
  wanted: Wanted;
  numeric?: boolean;
  width?: number | undefined;
  children: string;
}

/** A link, which the island makes a button. */
function Heading(
  { name, wanted, numeric, width, children }: HeadingProps,
) {
  const { sort } = wanted;
  const href = addressOf({ ...wanted, sort: nextSort(sort, name), page: 1 });
  return (
    <th
      scope="col"
      role="columnheader"
      class={numeric ? "numeric" : undefined}
      {...{ width }}
      aria-sort={ariaSort(sort, name)}
    >
      <a class="sort" href={href} data-sort={name}>{children}</a>
    </th>
  );
}

interface RowProps extends DrawnRow {
  signals: readonly Signal[];
  /** By column. */
  repeats?: ReadonlyMap<string, Repeat> | undefined;
  now: number;
}

function WatchRow(props: Omit<RowProps, "now"> & { state: RowState }) {
  const { row, full, hidden, signals, repeats, state } = props;
  const { symbol, name, place, ats, keys } = row;
  const columns = columnsOf(signals);
  let start = 0;
  return (
    <tr
      role="row"
      class={full ? undefined : "brief"}
      hidden={hidden}
      data-symbol={symbol}
      data-place={place}
      data-ats={JSON.stringify(ats)}
      data-keys={JSON.stringify(keys)}
      data-asked={row.asked ?? undefined}
    >
      <th role="rowheader">
        {full && <MoveHandle symbol={symbol} form={formId} />}
        <a class="symbol" href={`/symbols/${encodeURIComponent(symbol)}`}>
          {symbol}
        </a>
        {name !== null &&
          (full ? <span class="name">{name}</span> : ` ${name}`)}
      </th>
      {row.cells.map((cells, i) => {
        const { name, columns: { length } } = signals[i]!;
        const own = columns.slice(start, start += length);
        return full
          ? own.map((column, j) => (
            <Cell
              key={column.name}
              column={column}
              cell={cells?.[j]}
              same={sameOf(start - length + j, cells?.[j])}
              repeat={repeats?.get(column.name)}
            />
          ))
          : (
            <BriefCell
              key={name}
              cells={cells ?? []}
              columns={own}
              start={start - length}
              repeats={repeats}
            />
          );
      })}
      <td
        role="cell"
        class={state.tone ? `state ${state.tone}` : "state"}
        colSpan={full ? undefined : 2}
        title={state.text || undefined}
      >
        {full ? <State symbol={symbol} state={state} /> : state.text}
      </td>
      {full && (
        <td role="cell" class="remove">
          <button
            type="submit"
            class="icon-button"
            form={formId}
            name="remove"
            value={symbol}
            aria-label={`Remove ${symbol}`}
            title={`Remove ${symbol}`}
          >
            ✕
          </button>
        </td>
      )}
    </tr>
  );
}

/** V8 keeps what was put together as its parts, and walks them each time, until it is searched. */
const inOnePiece = (text: string): string =>
  text.includes("\0") ? text.replaceAll("\0", "") : text;

const drawnRow = madeOnce<string>();

/** A row that is the same as before is not drawn again. */
export function rowHtml({ now, ...props }: RowProps): string {
  const { row, full, hidden, signals, repeats } = props;
  const state = stateOf(row, signals, now);
  const age = full && state.at !== null && ageText(now - state.at);
  const { tone, text, cause, at, actor } = state;
  const said = repeats && JSON.stringify([...repeats]);
  const from = [full, hidden, tone, text, cause, at, actor, age, said];
  return drawnRow(
    row,
    from,
    () => inOnePiece(renderToString(<WatchRow {...props} state={state} />)),
  );
}

/** For browsers without JavaScript, in which only one part of the rows is drawn in full. */
function Pages({ wanted, pages }: { wanted: Wanted; pages: number }) {
  return (
    <noscript>
      <nav class="pages" aria-label="Rows in full">
        Rows in full:{" "}
        {Array.from({ length: pages }, (_, i) => i + 1).map((page) => (
          <a
            key={page}
            href={`${addressOf({ ...wanted, page })}#watch`}
            aria-current={page === wanted.page ? "page" : undefined}
          >
            {page}
          </a>
        ))}
      </nav>
    </noscript>
  );
}
