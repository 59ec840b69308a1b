/** Readable tables in a terminal. */

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string | number | null | undefined;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

/**
 * One line for each row, columns two spaces apart; what is unknown is a dash.
 * @param width lines longer than this are made shorter; a terminal's unless told, and none where there is none
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = terminal().columns,
): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ];
  const numeric = columns.map(({ right }) => right ?? false);
  const widest = columns.map((_, i) => {
    const texts = lines.map((line) => line[i]!.length);
    // A number that is cut is another number; its heading may be.
    const least = numeric[i] ? Math.max(0, ...texts.slice(1)) : leastText;
    return { width: Math.max(...texts), least, i };
  });
  const gap = fit(widest, width);
  return lines.map((line) =>
    line.map((text, i) => {
      const { width } = widest[i]!;
      const cut = shorten(text, width);
      return numeric[i] ? cut.padStart(width) : cut.padEnd(width);
    }).join(" ".repeat(gap)).trimEnd()
  ).join("\n");
}

const leastText = 5;

/** Takes from the widest first, texts before headings of numbers; returns how far columns stand apart. */
function fit(
  columns: { width: number; readonly least: number }[],
  width: number,
): number {
  const over = (gap: number) =>
    columns.reduce((sum, one) => sum + one.width + gap, -gap) - width;
  while (over(1) > 0) {
    const [widest] = columns.filter((one) => one.width > one.least)
      .sort((a, b) => b.width - a.width);
    if (!widest) break;
    widest.width--;
  }
  return over(2) > 0 ? 1 : 2;
}

/** What the output is read in; endless where it is no terminal. */
export function terminal(): { columns: number; rows: number } {
  return Deno.stdout.isTerminal()
    ? Deno.consoleSize()
    : { columns: Infinity, rows: Infinity };
}

/** One line without control characters: data of others must not drive the terminal. */
export function printable(value: string | number | null | undefined): string {
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
  if (text.length <= length) return text;
  return length < 1 ? "" : `${text.slice(0, length - 1)}…`;
}
