/** Rows as CSV, and as a file to save. */

export function download(file: string, text: string): Response {
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
 * Values are never altered: a text that a spreadsheet would take for a formula stays as it is.
 */
export function csv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => field(row[column])));
  return [columns.map(field), ...lines]
    .map((fields) => `${fields.join(",")}\r\n`).join("");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return /[",\r\n]|^\s|\s$/.test(text)
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}
