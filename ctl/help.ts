import { commands } from "./commands.ts";
import { UsageError } from "./usage.ts";

export function help(): string {
  const width = Math.max(
    ...Object.values(commands).map(({ usage }) => usage.length),
  );
  const lines = Object.values(commands).map(({ usage, summary }) =>
    `  ${usage.padEnd(width)}  ${summary}`
  );
  return `deno task ctl <command>: asks and commands a running Signalbox.

${lines.join("\n")}
  ${"help <command>".padEnd(width)}  More about a command.

Options of all commands:
  --json       The answer as JSON, for programs.
  --url <url>  Where Signalbox is; otherwise HOST and PORT tell (http://127.0.0.1:8000).
               ACCESS_TOKEN is sent if it is set.

Exit codes: 0 done, 1 failed or unhealthy, 2 wrong usage, 3 nobody answers.`;
}

export function helpOf(name: string): string {
  const command = commands[name];
  if (!command) throw new UsageError(`there is no command "${name}"`);
  return [`deno task ctl ${command.usage}`, command.summary, command.details]
    .filter(Boolean).join("\n\n");
}
