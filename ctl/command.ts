/** What a command declares; the types of its flags, its help and the reading of its line follow from it. */
import { parseArgs } from "node:util";
import type { Api } from "./api.ts";
import { guess } from "./nearest.ts";
import { type Clock, parseTime, timeHint } from "./times.ts";

/** The command line cannot be understood; the message says which part. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An option of `parseArgs`, and what it is for. */
export interface Flag {
  readonly type: "string" | "boolean";
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly short?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = {
  readonly [Name in keyof F]?: F[Name]["type"] extends "boolean" ? boolean
    : F[Name] extends { multiple: true } ? readonly string[]
    : string;
};

type Words<Usage extends string> = Usage extends "" ? []
  : Usage extends `<${string}>` ? [string]
  : Usage extends `[${string}]` ? [string?]
  : string[];

export interface Context<F extends Flags> {
  readonly api: Api;
  readonly env: Record<string, string>;
  readonly flags: Values<F>;
  /** A time as it is shown: how long ago, or exactly with --utc. */
  readonly time: <T extends string | null>(iso: T) => T;
  /** What `parseTime` goes by. */
  readonly clock: Clock;
  /** The result, on standard output: the value with --json, else the text. */
  readonly answer: (value: unknown, text: string) => void;
  /** Progress and remarks, on standard error. */
  readonly note: (text: string) => void;
}

export interface Command<
  Usage extends string = string,
  // deno-lint-ignore no-explicit-any
  F extends Flags = any,
> {
  /** What follows the command: `<one>`, `[perhaps one]`, `[any number]…`, or nothing. */
  readonly words: Usage;
  /** Besides those of all commands. */
  readonly flags?: F;
  readonly summary: string;
  /** It writes files wherever it is told; the others lose the right to. */
  readonly writes?: boolean;
  /** Longer, for `ctl help <command>`. */
  readonly details?: string;
  /** Resolves to false if what was asked for did not succeed, or is not healthy. */
  run(words: Words<Usage>, context: Context<F>): Promise<boolean | void>;
}

/** Checks the types of a declaration, and is nothing else. */
export function command<const Usage extends string, const F extends Flags>(
  declaration: Command<Usage, F>,
): Command<Usage, F> {
  return declaration;
}

export type Commands = Readonly<Record<string, Command>>;

export const commonFlags = {
  json: { type: "boolean", help: "The answer as JSON, for programs." },
  url: {
    type: "string",
    help:
      "Where Signalbox is; otherwise HOST and PORT tell (http://127.0.0.1:8000).\n" +
      "ACCESS_TOKEN is sent if it is set.",
  },
  utc: {
    type: "boolean",
    help: "Times exactly, in UTC, and times that are given without a zone too.",
  },
  help: { type: "boolean", short: "h", help: "More about the command." },
  version: { type: "boolean", help: "The versions of Signalbox and Deno." },
} as const satisfies Flags;

/** Finds the command, which may stand anywhere between flags; whether they are right is told by `readLine`. */
export function readName(given: string[], commands: Commands) {
  const args = joinTimes(given);
  const declared = Object.values(commands).map(({ flags }) => flags);
  const { positionals, values } = parseArgs({
    args,
    options: Object.assign({}, ...declared, commonFlags) as Flags,
    allowPositionals: true,
    strict: false,
  });
  const [name, word] = positionals;
  return {
    name,
    word,
    help: values.help === true,
    version: values.version === true,
  };
}

/** `--from -1h` is `--from=-1h`: what begins with a dash would be taken for an option. */
function joinTimes(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-\d/.test(arg) && last?.startsWith("--") && !last.includes("=")) {
      joined[joined.length - 1] = `${last}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/**
 * What an option that takes a time was given, as the API wants it.
 * @throws {UsageError} unless it is a time
 */
export function timeOf(
  given: string | undefined,
  flag: string,
  clock: Clock,
  ahead = false,
): string | undefined {
  if (given === undefined) return undefined;
  const time = parseTime(given, clock, ahead);
  if (time) return time;
  throw new UsageError(`${flag}: "${given}" is no time; allowed: ${timeHint}`);
}

/** The same, or a position of a stream. */
export function edgeOf(
  given: string | undefined,
  flag: string,
  clock: Clock,
): string | undefined {
  if (given === undefined) return undefined;
  const isPosition = /^\d{3,}[\d:-]*$|^\d+-\d+$|^\d+:\d+:\d+$/.test(given);
  return parseTime(given, clock) ??
    (isPosition ? given : timeOf(given, flag, clock));
}

export const edgeHint = `a time (${timeHint}) or a position.`;

/** The line as its command declares it. @throws {UsageError} for any other */
export function readLine(given: string[], name: string, command: Command) {
  const args = joinTimes(given);
  const usage: string = command.words;
  const { positionals, values } = strictly(args, name, command);
  const words = positionals.slice(1);
  if (usage.startsWith("<") && !words[0]) {
    throw new UsageError(`${name} needs ${usage}`);
  }
  const most = usage === "" ? 0 : usage.endsWith("…") ? Infinity : 1;
  if (words.length > most) {
    throw new UsageError(`${name} does not take "${words[most]}"`);
  }
  const { json, url, utc, help: _, version: __, ...flags } = values;
  return { words, flags, json, url, utc };
}

function strictly(args: string[], name: string, { flags }: Command) {
  const options = { ...flags, ...commonFlags } as typeof commonFlags;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    const { message } = cause as Error;
    const unknown = /^Unknown option '(.+?)'/.exec(message)?.[1];
    const known = Object.keys(options).filter((flag) => flag !== "version")
      .map((flag) => `--${flag}`);
    throw new UsageError(
      unknown
        ? `${name} does not take ${unknown}, only ${known.join(", ")}${
          guess(unknown, known)
        }`
        : message,
      { cause },
    );
  }
}
