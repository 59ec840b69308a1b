/** What the command line says of itself. */
import {
  type Command,
  type Commands,
  commonFlags,
  type Flags,
} from "./command.ts";

export function overview(commands: Commands): string {
  const lines = Object.entries(commands)
    .map(([name, { words, summary }]) => [`${name} ${words}`, summary]);
  return `deno task ctl <command>: asks and commands a running Signalbox.

${columns([...lines, ["help <command>", "More about a command: its options."]])}

Options of all commands:
${flagLines(commonFlags)}

Exit codes: 0 done, 1 failed or unhealthy, 2 wrong usage, 3 nobody answers.`;
}

export function helpOf(
  name: string,
  { words, flags, summary, details }: Command,
): string {
  return [
    `deno task ctl ${name} ${words}`.trimEnd(),
    ...[summary, details].filter((text) => text !== undefined)
      .map((text) => wrapped(text, 0)),
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

/** What is too long for the left side has a line of its own. */
const widestLeft = 26;

function columns(lines: readonly (readonly string[])[]): string {
  const lefts = lines.map(([first]) => first!.trimEnd().length)
    .filter((length) => length <= widestLeft);
  const width = Math.max(...lefts);
  return lines.map(([first, second]) => {
    const left = first!.trimEnd();
    const right = wrapped(second!, width + 4);
    return left.length > width
      ? `  ${left}\n${" ".repeat(width + 4)}${right}`
      : `  ${left.padEnd(width)}  ${right}`;
  }).join("\n");
}

/** Broken at 80 columns; a line that is indented stays as it is. */
function wrapped(text: string, indent: number): string {
  const width = 80 - indent;
  const lines = text.replace(/\n(?=\S)/g, " ").split("\n").flatMap((line) => {
    if (line.startsWith(" ")) return [line];
    const broken: string[] = [];
    for (const word of line.split(" ")) {
      const longer = broken.length ? `${broken.at(-1)} ${word}` : word;
      if (!broken.length || longer.length > width) broken.push(word);
      else broken[broken.length - 1] = longer;
    }
    return broken;
  });
  return lines.join(`\n${" ".repeat(indent)}`);
}
