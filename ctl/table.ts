/** Readable tables in a terminal. */

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string | number | null | undefined;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

/** One line for each row, columns two spaces apart; what is unknown is a dash. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ];
  const widths = columns.map((_, i) =>
    Math.max(...lines.map((line) => line[i]!.length))
  );
  return lines.map((line) =>
    line.map((text, i) =>
      columns[i]!.right ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
    )
      .join("  ").trimEnd()
  ).join("\n");
}

/** One line without control characters: data of others must not drive the terminal. */
function printable(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "-";
  return String(value).replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g,
    " ",
  );
}

/** `3d 4h`, `12m`, `850ms`: the two largest units. */
export function duration(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const s = Math.round(ms / 1_000);
  if (s < 60) return `${s}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) {
    return `${Math.floor(s / 3_600)}h ${Math.floor(s % 3_600 / 60)}m`;
  }
  return `${Math.floor(s / 86_400)}d ${Math.floor(s % 86_400 / 3_600)}h`;
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
