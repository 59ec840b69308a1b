/** `deno task ctl`: asks and commands a running Signalbox over its HTTP API. */
import { readClientConfig } from "../config.ts";
import { actorCommands } from "./actors.ts";
import { alertCommands } from "./alerts.ts";
import { connectApi, ProblemError, UnreachableError } from "./api.ts";
import {
  type Commands,
  commonFlags,
  type Flags,
  readLine,
  readName,
  UsageError,
} from "./command.ts";
import { deadLetterCommands } from "./dead_letters.ts";
import { doctor } from "./doctor.ts";
import { events } from "./events.ts";
import { historyCommands } from "./history.ts";
import { migrate } from "./migrate.ts";
import { newActor } from "./new_actor.ts";
import { watchlistCommands } from "./watchlist.ts";
import { roles } from "./roles.ts";

const commands: Commands = {
  ...watchlistCommands,
  ...actorCommands,
  ...historyCommands,
  events,
  ...deadLetterCommands,
  ...alertCommands,
  doctor,
  new: newActor,
  migrate,
  roles,
};

/** What a script can rely on: done, failed or unhealthy, wrong usage, nobody there. */
const exitCodes = { done: 0, failed: 1, usage: 2, unreachable: 3 };

async function run(args: string[]): Promise<number> {
  const { name, word, help } = readName(args, commands);
  if (name === undefined || name === "help") {
    console.log(word ? helpOf(word) : overview());
    return name || help ? exitCodes.done : exitCodes.usage;
  }
  const command = known(name);
  if (help) {
    console.log(helpOf(name));
    return exitCodes.done;
  }
  const { words, flags, json, url } = readLine(args, name, command);
  const env = Deno.env.toObject();
  const client = readClientConfig(env);
  const healthy = await command.run(words, {
    api: connectApi(url ?? client.url, client.token),
    env,
    flags,
    answer: (value, text) =>
      console.log(json ? JSON.stringify(value, null, 2) : text),
    note: (text) => console.error(text),
  });
  return healthy === false ? exitCodes.failed : exitCodes.done;
}

function known(name: string) {
  const command = Object.hasOwn(commands, name) && commands[name];
  if (command) return command;
  throw new UsageError(`there is no command "${name}"`);
}

function overview(): string {
  const lines = Object.entries(commands)
    .map(([name, { words, summary }]) => [`${name} ${words}`, summary]);
  return `deno task ctl <command>: asks and commands a running Signalbox.

${columns([...lines, ["help <command>", "More about a command: its options."]])}

Options of all commands:
${flagLines(commonFlags)}

Exit codes: 0 done, 1 failed or unhealthy, 2 wrong usage, 3 nobody answers.`;
}

function helpOf(name: string): string {
  const { words, flags, summary, details } = known(name);
  return [
    `deno task ctl ${name} ${words}`.trimEnd(),
    summary,
    ...(details ? [details] : []),
    `Options:\n${flagLines({ ...flags, ...commonFlags })}`,
  ].join("\n\n");
}

function flagLines(flags: Flags): string {
  return columns(
    Object.entries(flags).map(([name, { type, multiple, help }]) => [
      type === "boolean" ? `--${name}` : `--${name} <${name}>`,
      multiple ? `${help} May be given more than once.` : help,
    ]),
  );
}

function columns(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([first]) => first!.length));
  const under = `\n${" ".repeat(width + 4)}`;
  return lines.map(([first, second]) =>
    `  ${first!.padEnd(width)}  ${second!.replaceAll("\n", under)}`
  ).join("\n");
}

if (import.meta.main) {
  try {
    // `deno task ctl -- status` hands its dashes on.
    Deno.exit(await run(Deno.args.filter((arg) => arg !== "--")));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`ctl: ${message}`);
    if (error instanceof UsageError) console.error("Try: deno task ctl help");
    Deno.exit(codeOf(error));
  }
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const away = error instanceof UnreachableError ||
    error instanceof ProblemError && error.status === 503;
  return away ? exitCodes.unreachable : exitCodes.failed;
}
