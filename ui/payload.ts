/**
 * Texts and JSON from outside as pages show them: bounded in depth and in length, and saying what was left
 * out. Indented as it comes, 30 kB of nested brackets are a page of 50 MB.
 */
import { countText } from "./numbers.ts";

const deepest = 12;
/** Characters of a payload on a page of its own, of one in a row of a table. */
const longest = 20_000;
const longestInRow = 500;

/** A text as it came; one of JSON with its lines. */
export function payloadText(text: string): string {
  if (text.length > longest) return cut(text, longest);
  try {
    return jsonText(JSON.parse(text));
  } catch {
    return text;
  }
}

/** JSON with its lines. */
export function jsonText(value: unknown): string {
  return written(value, longest, "  ");
}

/** JSON, or a text as it is, in one line. */
export function shortText(value: unknown): string {
  return typeof value === "string"
    ? cut(value, longestInRow)
    : written(value, longestInRow, "");
}

/** A text, and how much more of it there was. */
export function cut(text: string, most = longest): string {
  if (text.length <= most) return text;
  const rest = countText(text.length - most);
  return `${text.slice(0, most).toWellFormed()}… (${rest} more characters)`;
}

/** Thrown when there is room for no more. */
const full = Symbol("full");

function written(value: unknown, most: number, indent: string): string {
  const parts: string[] = [];
  let room = most;
  const put = (text: string) => {
    parts.push(text.slice(0, room));
    room -= text.length;
    if (room < 0) throw full;
  };
  try {
    write(value, { put, indent, depth: 0 });
  } catch (error) {
    if (error !== full) throw error;
    parts.push("… (the rest is left out)");
  }
  return parts.join("");
}

interface Place {
  readonly put: (text: string) => void;
  readonly indent: string;
  readonly depth: number;
}

function write(value: unknown, at: Place): void {
  const { put, indent, depth } = at;
  if (typeof value !== "object" || value === null) {
    return put(JSON.stringify(value) ?? "null");
  }
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const keys = Object.keys(value);
  if (keys.length === 0) return put(open! + close!);
  if (depth >= deepest) {
    return put(`${open}… (${deepest} levels are shown)${close}`);
  }
  const line = indent && `\n${indent.repeat(depth + 1)}`;
  put(open!);
  keys.forEach((key, i) => {
    put((i === 0 ? "" : ",") + line);
    if (!isList) put(`${JSON.stringify(key)}:${indent && " "}`);
    write((value as Record<string, unknown>)[key], { ...at, depth: depth + 1 });
  });
  put((indent && `\n${indent.repeat(depth)}`) + close!);
}
