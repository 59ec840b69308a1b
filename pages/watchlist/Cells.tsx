/** The cells of the watchlist's table, as the server draws them; live_row.ts writes the same. */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { eventAtAddress, provenanceAddress } from "../../ui/addresses.ts";
import { Time } from "../../ui/Time.tsx";
import type { DrawnCell } from "../../ui/view.ts";
import { type Column, type RowState, sameOf } from "./data.ts";
import { type Repeat, repeatText } from "./repeats.ts";

/** In words, which lead to why that is so, and by the age, which leads to the value's event. */
export function State({ symbol, state }: { symbol: string; state: RowState }) {
  const { text, cause, at, actor } = state;
  const time = at === null ? null : new Date(at).toISOString();
  return (
    <>
      {cause ? <a href={provenanceAddress(symbol, cause)}>{text}</a> : text}
      {time && " "}
      {time && (actor
        ? (
          <a href={eventAtAddress(actor, symbol, time)}>
            <Time at={time} as="age" />
          </a>
        )
        : <Time at={time} as="age" />)}
    </>
  );
}

/**
 * What these columns take together, in pixels, where each says how much; `8` is a digit's width. An attribute of
 * the cells and not a style, which the policy of the page refuses.
 */
export function widthOf(columns: readonly Column[]): { width?: number } {
  if (columns.some(({ width }) => !width)) return {};
  return {
    width: columns.reduce((sum, { width }) => sum + 8 * width! + 20, 0),
  };
}

/** What stands for an actor's cells in a row that is drawn in words. */
export function briefText(cells: readonly DrawnCell[]): string {
  return cells.map(({ text }) => text).filter((text) => text !== "").join(
    " · ",
  );
}

interface BriefProps {
  cells: readonly DrawnCell[];
  columns: readonly Column[];
  /** The number of the first one. */
  start: number;
  repeats: ReadonlyMap<string, Repeat> | undefined;
}

/** An actor's cells in words. Only one that stands alone can be told to be another's as well. */
export function BriefCell({ cells, columns, start, repeats }: BriefProps) {
  const { length } = columns;
  const same = length === 1 ? sameOf(start, cells[0]) : undefined;
  const repeat = length === 1 ? repeats?.get(columns[0]!.name) : undefined;
  const text = briefText(cells);
  return (
    <td
      role="cell"
      colSpan={length > 1 ? length : undefined}
      {...widthOf(columns)}
      data-same={same}
      aria-description={repeat && repeatText(repeat)}
    >
      {repeat ? <Repeated repeat={repeat} html={escaped(text)} /> : text}
    </td>
  );
}

/**
 * As live_repeats.ts writes it. What another row says is hidden: a filter finds it all the same. The cell's
 * description says the same to who does not see it, without other rows' symbols among the words of this one.
 */
function Repeated({ repeat, html }: { repeat: Repeat; html: string }) {
  return (
    <>
      <span
        class="said"
        hidden={repeat.as !== null}
        // Our own server drew this with Preact, which escaped all text in it: see ui/views.tsx.
        // deno-lint-ignore react-no-danger
        dangerouslySetInnerHTML={{ __html: html }}
      />{" "}
      <span class="repeat" aria-hidden="true" title={repeat.also.join(", ")}>
        {repeatText(repeat)}
      </span>
    </>
  );
}

/** A text as HTML. */
const escaped = (text: string) => renderToString(<>{text}</>);

interface CellProps {
  column: Column;
  cell: DrawnCell | undefined;
  same: string | undefined;
  repeat: Repeat | undefined;
}

export function Cell({ column, cell, same, repeat }: CellProps): VNode {
  const look = [column.numeric && "numeric", cell?.trend].filter(Boolean)
    .join(" ");
  const common = {
    role: "cell" as const,
    class: look || undefined,
    ...widthOf([column]),
    "data-same": same,
    "aria-description": repeat && repeatText(repeat),
  };
  if (!cell) return <td {...common} />;
  if (repeat) {
    const html = cell.html ?? escaped(cell.text);
    return (
      <td {...common}>
        <Repeated repeat={repeat} html={html} />
      </td>
    );
  }
  if (cell.html === undefined) return <td {...common}>{cell.text}</td>;
  // Our own server drew this with Preact, which escaped all text in it: see ui/views.tsx.
  // deno-lint-ignore react-no-danger
  return <td {...common} dangerouslySetInnerHTML={{ __html: cell.html }} />;
}
