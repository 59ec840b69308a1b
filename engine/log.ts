/** Log lines on standard output: for people (`text`) or for programs (`json`). */
import type { Log } from "./actor.ts";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = typeof levels[number];

/** Kept: an isolate's console is led into its log, and what it prints as well. */
const printed = {
  debug: console.debug.bind(console),
  info: console.info.bind(console),
  warn: console.warn.bind(console),
  error: console.error.bind(console),
};
const write = Deno.stdout.writeSync.bind(Deno.stdout);

export interface LogOptions {
  readonly level: Level;
  readonly format: "text" | "json";
  /** What Deno's OpenTelemetry does with the console, which is all that it exports of a log. */
  readonly exported: "ignore" | "capture" | "replace";
  /** Who is speaking: `supervisor`, `quotes/0`. */
  readonly name: string;
}

/** A log that drops what is below its level. An `error` field is written with its message and causes. */
export function createLog(options: LogOptions): Log {
  const told = (level: Level) =>
  (
    message: string,
    fields: Record<string, unknown> = {},
  ) => {
    if (levels.indexOf(level) < levels.indexOf(options.level)) return;
    const { name, format, exported } = options;
    const line = format === "json" ? asJson : asText;
    const values = plain(fields);
    print(level, exported, line(level, name, message, values), () => {
      return `${name}: ${printable(message)}${asPairs(values)}`;
    });
  };
  return {
    debug: told("debug"),
    info: told("info"),
    warn: told("warn"),
    error: told("error"),
  };
}

/**
 * On standard output. Deno takes a record's severity from the method of the console, and those of warnings and
 * errors print on standard error: so they do where the console is captured. Where it is replaced, which is
 * better, it prints nothing, and the record need not be the line.
 */
function print(
  level: Level,
  exported: LogOptions["exported"],
  line: string,
  record: () => string,
): void {
  if (exported === "ignore") return printed.info(line);
  if (exported === "capture") return printed[level](line);
  writeAll(new TextEncoder().encode(`${line}\n`));
  printed[level](record());
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += write(bytes.subarray(done));
  }
}

/**
 * From now on what this isolate's code prints goes through its log, whatever it prints it with: JSON
 * stays JSON. Node's warnings and what packages print come over the streams.
 */
export function captureConsole(log: Log): void {
  const text = (parts: unknown[]) =>
    parts.map((part) => typeof part === "string" ? part : Deno.inspect(part))
      .join(" ");
  for (const level of levels) {
    console[level] = (...parts) => log[level](text(parts));
  }
  for (const name of infos) console[name] = console.info;
  console.trace = (...parts) => log.info(new Error(text(parts)).stack!);
  console.assert = (holds, ...parts) =>
    holds || log.error(text(["Assertion failed", ...parts]));
  captureStream(Deno.stdout, log.info);
  captureStream(Deno.stderr, log.warn);
}

/** Methods that would print by themselves. */
const infos = [
  ...["log", "dir", "dirxml", "table", "group", "groupCollapsed"],
  ...["count", "countReset", "timeLog", "timeEnd"],
] as "log"[];

function captureStream(
  stream: Pick<typeof Deno.stdout, "write" | "writeSync">,
  tell: (message: string) => void,
): void {
  stream.writeSync = (bytes) => {
    const text = new TextDecoder().decode(bytes).trimEnd();
    if (text) tell(text);
    return bytes.length;
  };
  stream.write = (bytes) => Promise.resolve(stream.writeSync(bytes));
}

function asJson(
  level: Level,
  name: string,
  message: string,
  fields: Record<string, unknown>,
): string {
  return JSON.stringify({
    time: new Date().toISOString(),
    level,
    name,
    message,
    ...fields,
  });
}

function asText(
  level: Level,
  name: string,
  message: string,
  fields: Record<string, unknown>,
): string {
  const time = new Date().toISOString().slice(11, 23);
  return `${time} ${level.toUpperCase().padEnd(5)} ${name.padEnd(18)} ${
    printable(message)
  }${asPairs(fields)}`;
}

/** Each after a space. */
function asPairs(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([key, value]) =>
      ` ${key}=${
        typeof value === "string" ? quoted(value) : JSON.stringify(value)
      }`
    ).join("");
}

function quoted(value: string): string {
  return /^[\w.:/+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** One line, whatever came from outside: no control character reaches a terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map((
      [key, value],
    ) => [key, value instanceof Error ? explain(value) : value]),
  );
}

/** An error's message, followed by the messages of its causes. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  return error.cause === undefined ? own : `${own}: ${explain(error.cause)}`;
}
