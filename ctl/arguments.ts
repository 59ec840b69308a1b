/** The command line, read strictly: what is not known is an error, not silence. */
import { parseArgs } from "node:util";
import { UsageError } from "./usage.ts";

const flagTypes = {
  all: { type: "boolean" },
  actor: { type: "string" },
  from: { type: "string" },
  help: { type: "boolean", short: "h" },
  id: { type: "string", multiple: true },
  json: { type: "boolean" },
  limit: { type: "string" },
  reason: { type: "string" },
  search: { type: "string" },
  symbol: { type: "string", multiple: true },
  to: { type: "string" },
  url: { type: "string" },
  wait: { type: "boolean" },
} as const;

export interface Flags {
  readonly all?: boolean;
  readonly actor?: string;
  readonly from?: string;
  readonly help?: boolean;
  readonly id?: string[];
  readonly json?: boolean;
  readonly limit?: string;
  readonly reason?: string;
  readonly search?: string;
  readonly symbol?: string[];
  readonly to?: string;
  readonly url?: string;
  readonly wait?: boolean;
}

export interface Arguments {
  readonly command: string | undefined;
  readonly words: readonly string[];
  readonly flags: Flags;
}

/** @throws {UsageError} */
export function parseArguments(args: readonly string[]): Arguments {
  try {
    const given = args.filter((arg) => arg !== "--");
    const { values, positionals } = parseArgs({
      args: given,
      options: flagTypes,
      allowPositionals: true,
    });
    const [command, ...words] = positionals;
    return { command, words, flags: values };
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}
