/** `deno task ctl`: asks and commands a running Signalbox over its HTTP API. */
import { readClientConfig } from "../config.ts";
import { connectApi, ProblemError, UnreachableError } from "./api.ts";
import { commands, type Options, UsageError } from "./commands.ts";
import { help, helpOf } from "./help.ts";
import { parseArguments } from "./arguments.ts";

/** What a script can rely on: done, failed or unhealthy, wrong usage, nobody there. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
} as const;

async function run(args: readonly string[]): Promise<number> {
  const { command: name, words, flags } = parseArguments(args);
  if (name === undefined || name === "help") {
    console.log(words[0] ? helpOf(words[0]) : help());
    return name === undefined && !flags.help ? exitCodes.usage : exitCodes.done;
  }
  const command = commands[name];
  if (!command) throw new UsageError(`there is no command "${name}"`);
  if (flags.help) {
    console.log(helpOf(name));
    return exitCodes.done;
  }
  const client = readClientConfig(Deno.env.toObject());
  const options: Options = {
    api: connectApi(flags.url ?? client.url, client.token),
    flags,
    print: (text) => console.log(text),
    note: (text) => console.error(text),
  };
  return await command.run(words, options) ? exitCodes.done : exitCodes.failed;
}

if (import.meta.main) {
  try {
    Deno.exit(await run(Deno.args));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`ctl: ${message}`);
    if (error instanceof UsageError) console.error("Try: deno task ctl help");
    Deno.exit(codeOf(error));
  }
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof UnreachableError) return exitCodes.unreachable;
  if (error instanceof ProblemError && error.status === 503) {
    return exitCodes.unreachable;
  }
  return exitCodes.failed;
}
