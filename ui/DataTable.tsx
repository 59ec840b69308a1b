/** A table of rows, newest first, that scrolls sideways inside itself on a phone. */
import type { ComponentChildren } from "preact";
import type { HistoryRow } from "../engine/actor.ts";
import { Time } from "./Time.tsx";

export interface Column<Row> {
  heading: string;
  numeric?: boolean;
  cell(row: Row): ComponentChildren;
}

interface Props<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
}

export function DataTable<Row extends HistoryRow>(
  { caption, rows, columns }: Props<Row>,
) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="data">
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map(({ heading, numeric }) => (
              <th key={heading} scope="col" class={numeric ? "num" : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <td>
                <Time at={row.at} />
              </td>
              {columns.map(({ heading, numeric, cell }) => (
                <td key={heading} class={numeric ? "num" : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
