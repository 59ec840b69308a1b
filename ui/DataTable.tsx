/** Tables that scroll sideways inside themselves on a phone. */
import type { ComponentChildren } from "preact";
import type { Value } from "../engine/actor.ts";
import { eventAtAddress } from "./addresses.ts";
import { Time } from "./Time.tsx";

export interface Column<Row> {
  heading: string;
  numeric?: boolean;
  cell(row: Row): ComponentChildren;
}

/** A column of numbers: they stand to the right. */
export function numeric<Row>(
  heading: string,
  cell: Column<Row>["cell"],
): Column<Row> {
  return { heading, numeric: true, cell };
}

interface Props<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
}

export function Table<Row>({ caption, rows, columns }: Props<Row>) {
  const looks = ({ numeric }: Column<Row>) => numeric ? "num" : undefined;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="data">
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.heading} scope="col" class={looks(column)}>
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column.heading} class={looks(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A table of an actor's values, each with its time, which leads to its event. */
export function DataTable<Row extends Value>(
  { actor, ...props }: Props<Row> & { actor: string },
) {
  const time = {
    heading: "Time",
    cell: ({ at, symbol }: Row) => (
      <a href={eventAtAddress(actor, symbol, at)}>
        <Time at={at} />
      </a>
    ),
  };
  return <Table {...props} columns={[time, ...props.columns]} />;
}
