/** CSV as RFC 4180 has it: a header, CRLF, and quotes where a field needs them. */

/**
 * The rows as a table of the given columns; null and missing become empty, objects become JSON.
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
