/** What `ctl doctor` says of the disk: how much the tables take, how fast they grow, when it is full. */
import { statfs } from "node:fs/promises";
import type { Storage, TableSize } from "../db/table_sizes.ts";

/** Smaller ones are told together. */
const toldBytes = 1e6;

/** A line for the whole, and one for each table that is not small. */
export function storageTexts(storage: Storage): string[] {
  const { bytes, bytes_per_day, since, tables } = storage;
  const told = tables.filter((table) => table.bytes >= toldBytes);
  const small = tables.slice(told.length);
  const sum = small.reduce((sum, table) => sum + table.bytes, 0);
  const whole = bytes_per_day === null
    ? "how fast it grows is told after an hour"
    : `${growth(bytes_per_day)} since ${since?.slice(0, 16)}Z`;
  return [
    `the database takes ${size(bytes)}, ${whole}`,
    ...told.map(tableText),
    ...small.length
      ? [`${small.length} small tables take ${size(sum)} together`]
      : [],
  ];
}

function tableText({ table, bytes, rows, bytes_per_day }: TableSize): string {
  return [
    `table ${table} takes ${size(bytes)}`,
    rows === null ? "rows not counted yet" : `about ${count(rows)} rows`,
    ...bytes_per_day === null ? [] : [growth(bytes_per_day)],
  ].join(", ");
}

/** Days until so much room is gone; null if it never is, or not known. */
export function daysLeft(
  freeBytes: number,
  { bytes_per_day }: Pick<Storage, "bytes_per_day">,
): number | null {
  return bytes_per_day !== null && bytes_per_day > 0
    ? Math.floor(freeBytes / bytes_per_day)
    : null;
}

/** Room on the disk of a folder; null if it cannot be told here. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

const count = (rows: number): string => Math.round(rows).toLocaleString("en");

const growth = (bytes: number): string =>
  bytes < 0 ? `shrinks ${size(-bytes)} a day` : `grows ${size(bytes)} a day`;

/** `1.2 GB`: as disks are sold. */
export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let n = 0;
  for (; bytes >= 999.5 && n < units.length - 1; n++) bytes /= 1_000;
  return `${bytes.toFixed(n && bytes < 99.5 ? 1 : 0)} ${units[n]}`;
}
