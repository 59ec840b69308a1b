/** Rows as CSV, and as a file to save. */

export function download(
  file: string,
  text: string | ReadableStream<Uint8Array>,
): Response {
  // A symbol such as BINANCE:BTCUSDT is no name for a file everywhere.
  const name = file.replaceAll(/[^\w.-]/g, "_");
  return new Response(text, {
    headers: {
      "cache-control": "no-store",
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}

/**
 * CSV as RFC 4180 has it: a header, CRLF, and quotes where a field needs them; null and missing become empty, objects become JSON.
 * Values are exact, unless `safe`: then a text that a spreadsheet would take for a formula gets a quote
 * before it, which makes it a text there.
 */
export function csv(
  columns: readonly string[],
  rows: readonly Row[],
  safe = false,
): string {
  const lines = rows.map((row) => `${csvLine(columns, row, safe)}\r\n`);
  return csvHeader(columns) + lines.join("");
}

type Row = Readonly<Record<string, unknown>>;

export function csvHeader(columns: readonly string[]): string {
  return `${columns.map((column) => field(column, false)).join(",")}\r\n`;
}

/** A row without its end. */
export function csvLine(
  columns: readonly string[],
  row: Row,
  safe: boolean,
): string {
  return columns.map((column) => field(row[column], safe)).join(",");
}

function field(value: unknown, safe: boolean): string {
  if (value === null || value === undefined) return "";
  const exact = typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  const isFormula = typeof value === "string" && /^[=+\-@\t\r]/.test(exact);
  const text = safe && isFormula ? `'${exact}` : exact;
  return /[",\r\n]|^\s|\s$/.test(text)
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}
