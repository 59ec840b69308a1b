/** Reads what people paste and what they export elsewhere: symbols in any order of signs, or CSV. */
import { parseSymbol } from "../market/market.ts";

export interface PastedSymbol {
  readonly text: string;
  /** The name of its list, where the CSV has such a column. */
  readonly list: string | null;
}

/** As many as one text may hold. */
export const mostPasted = 5_000;

/** Too much at once. */
export class PastedError extends Error {
  override readonly name = "PastedError";
}

/**
 * The symbols of a text, each once for each list. A first line that names a column `symbol` or `ticker`
 * makes it CSV; so does a column that holds no symbol in any line, and then the first column is taken. Everything else is symbols between commas, semicolons and white space.
 * @throws {PastedError} if there are more than `mostPasted`
 */
export function readPasted(text: string): PastedSymbol[] {
  const rows = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)
    .map((line) => fieldsOf(line)).filter((row) => row.some(Boolean));
  const found = ofTable(rows) ?? rows.flat()
    .flatMap((field) => field.split(/[\s,;]+/))
    .map((text) => ({ text, list: null }));
  const once = new Map(
    found.filter(({ text }) => text !== "")
      .map((one) => [JSON.stringify([one.list, one.text]), one]),
  );
  if (once.size > mostPasted) {
    const message = `${once.size} symbols at once; give at most ${mostPasted}`;
    throw new PastedError(message);
  }
  return [...once.values()];
}

/** Null if it is no table. */
function ofTable(rows: readonly string[][]): PastedSymbol[] | null {
  const names = (rows[0] ?? []).map((field) => field.toLowerCase());
  const symbol = names.findIndex((name) => /^(symbol|ticker)s?$/.test(name));
  if (symbol >= 0) {
    const list = names.indexOf("list");
    return rows.slice(1).map((row) => ({
      text: row[symbol] ?? "",
      list: row[list] || null,
    }));
  }
  if (rows.length < 2) return null;
  // A column that holds other things in every line: names, prices.
  const isTable = names.some((_, column) =>
    column > 0 &&
    rows.every((row) => row.length === names.length && !isSymbols(row[column]!))
  );
  return isTable ? rows.map(([text = ""]) => ({ text, list: null })) : null;
}

/** Words in capitals may be several symbols; `Apple Inc` and `190.5` are none. */
function isSymbols(field: string): boolean {
  const words = field.split(/\s+/).filter(Boolean);
  return (words.length === 1 || field === field.toUpperCase()) &&
    words.every((word) => parseSymbol(word) && Number.isNaN(Number(word)));
}

/** The fields of a line: between commas, semicolons or tabulators, quoted as RFC 4180 has it or not. */
function fieldsOf(line: string): string[] {
  const separator = line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
  const fields = `${separator}${line}`.matchAll(
    new RegExp(`${separator}(?:\\s*"((?:[^"]|"")*)"|([^${separator}]*))`, "g"),
  );
  return [...fields].map(([, quoted, plain = ""]) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim()
  );
}
