/** The watchlist itself: a table, which the style sheet turns into cards on a phone. */
import { Command } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { type Cell, type Column, isStale, type WatchlistData } from "./data.ts";
import { MoveHandle } from "./MoveHandle.tsx";
import { Cross } from "./Notices.tsx";

interface Props extends WatchlistData {
  now: number;
  onRemove(symbol: string): void;
  onUp(symbol: string): void;
}

// The roles say again what the elements are, because `display: block` takes it from them on a phone.
export function WatchTable(
  { list, columns, rows, now, onRemove, onUp }: Props,
) {
  return (
    <table class="watch" role="table">
      <caption class="sr">Watchlist</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Symbol</th>
          {columns.map(({ name, heading }) => (
            <th key={name} scope="col" role="columnheader">{heading}</th>
          ))}
          <th scope="col" role="columnheader">
            <span class="sr">Remove</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ symbol, cells }) => (
          <tr key={symbol} role="row" data-symbol={symbol}>
            <th scope="row" role="rowheader">
              <MoveHandle symbol={symbol} list={list} onUp={onUp} />
              <a class="symbol" href={`/symbols/${encodeURIComponent(symbol)}`}>
                {symbol}
              </a>
            </th>
            {columns.map((column) => (
              <td key={column.name} role="cell">
                <span class="cell-label" aria-hidden="true">
                  {column.heading}
                </span>
                <CellBody column={column} cell={cells[column.name]} now={now} />
              </td>
            ))}
            <td role="cell" class="remove">
              <Command
                class="icon-button"
                action="/"
                fields={{ symbol, list: String(list) }}
                intent="remove"
                onCommand={() =>
                  onRemove(symbol)}
                aria-label={`Remove ${symbol}`}
                title={`Remove ${symbol}`}
              >
                <Cross />
              </Command>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellBodyProps {
  column: Column;
  cell: Cell | undefined;
  now: number;
}

function CellBody({ column, cell, now }: CellBodyProps) {
  if (!cell) {
    const failed = column.state === "failed" || column.state === "paused";
    return failed
      ? <span class="empty">No data: the actor is {column.state}</span>
      : <Skeleton />;
  }
  const stale = isStale(cell.at, column, now);
  return (
    <div class={stale ? "cell stale" : "cell"}>
      {/* Our own server drew this with Preact, which escaped all text in it: see ui/views.tsx. */}
      <div
        key={cell.html}
        class="drawn"
        // deno-lint-ignore react-no-danger
        dangerouslySetInnerHTML={{ __html: cell.html }}
      />
      <div class="age small">
        {stale && <span class="badge warn">▲ Stale</span>}{" "}
        <Time at={cell.at} as="age" />
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton">
      <span class="sr">Waiting for the first data</span>
      <span class="bar wide" />
      <span class="bar" />
    </div>
  );
}
