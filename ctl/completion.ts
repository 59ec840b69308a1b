/** `ctl completion`: what bash, zsh and fish complete, from the table of commands that the help is made of. */
import { fileURLToPath } from "node:url";
import {
  type Command,
  command,
  type Commands,
  commonFlags,
  type Flag,
  UsageError,
} from "./command.ts";
import { guess } from "./nearest.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = typeof shells[number];

const project = new URL("../", import.meta.url);

export function completionOf(commands: () => Commands) {
  return command({
    words: "<bash|zsh|fish>",
    summary: "What makes a shell complete commands, options and actors.",
    details:
      `Also defines the command signalbox, which runs this one from any folder. Once, or in the shell's own start file:
  source <(deno task -q ctl completion bash)
  source <(deno task -q ctl completion zsh)
  deno task -q ctl completion fish | source
Actors are read from the folder actors/ each time.`,
    // deno-lint-ignore require-await -- a command may always wait
    async run([shell], { answer }) {
      const known = shells.find((one) => one === shell);
      if (!known) {
        throw new UsageError(
          `completion knows ${shells.join(", ")}, not "${shell}"${
            guess(shell, shells)
          }`,
        );
      }
      const script = scripts[known](commands(), fileURLToPath(project));
      answer({ shell, script }, script);
    },
  });
}

/** What a word of a command may be. */
function wordsOf({ words }: Command): "actors" | "files" | readonly string[] {
  if (/^[<[](signal|actor)[>\]]/.test(words)) return "actors";
  if (words.startsWith("<file>")) return "files";
  return words.includes("|") ? words.replace(/[^\w|-]/g, "").split("|") : [];
}

const flagsOf = ({ flags }: Command): string[] =>
  Object.keys({ ...flags, ...commonFlags })
    .filter((flag) => flag !== "version").map((flag) => `--${flag}`);

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const fishQuoted = (text: string): string =>
  `'${text.replace(/['\\]/g, "\\$&")}'`;

const scripts: Record<Shell, (commands: Commands, root: string) => string> = {
  bash: (commands, root) => bourne(commands, root, bashEnd),
  zsh: (commands, root) => bourne(commands, root, zshEnd),
  fish,
};

/** What both understand: `_signalbox_words WORD…` tells what may follow these. */
function bourne(commands: Commands, root: string, end: string): string {
  const cases = Object.entries(commands).map(([name, each]) => {
    const words = wordsOf(each);
    const told = words === "actors"
      ? `_signalbox_actors`
      : words === "files"
      ? "echo @files"
      : `printf '%s\\n' ${words.join(" ")}`;
    const flags = `printf '%s\\n' ${flagsOf(each).join(" ")}`;
    return `    ${name}) case "$2" in -*) ${flags};; *) ${told};; esac;;`;
  });
  return `signalbox() { deno task --quiet --config ${
    quoted(`${root}deno.json`)
  } ctl "$@"; }

_signalbox_actors() { (cd ${
    quoted(`${root}actors`)
  } 2>/dev/null && for one in */; do printf '%s\\n' "\${one%/}"; done); }

# What the word $2 may be, after the command $1 and the word $3.
_signalbox_words() {
  case "$3" in --actor) _signalbox_actors; return;; esac
  case "$1" in
${cases.join("\n")}
    ''|help) printf '%s\\n' ${[...Object.keys(commands), "help"].join(" ")};;
  esac
}
${end}`;
}

const bashEnd = `
_signalbox() {
  local word=\${COMP_WORDS[COMP_CWORD]} command='' each words
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in -*) ;; *) command=$each; break;; esac
  done
  words=$(_signalbox_words "$command" "$word" "\${COMP_WORDS[COMP_CWORD-1]}")
  COMPREPLY=()
  if [ "$words" = @files ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  fi
}
complete -o filenames -F _signalbox signalbox`;

const zshEnd = `
_signalbox() {
  local word=\${words[CURRENT]} command='' each
  local -a told
  for each in "\${(@)words[2,CURRENT-1]}"; do
    case $each in -*) ;; *) command=$each; break;; esac
  done
  told=("\${(@f)$(_signalbox_words "$command" "$word" "\${words[CURRENT-1]}")}")
  if [[ $told[1] = @files ]]; then _files; else compadd -a told; fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _signalbox signalbox`;

function fish(commands: Commands, root: string): string {
  const none = `not __fish_seen_subcommand_from ${
    [...Object.keys(commands), "help"].join(" ")
  }`;
  const actors = `(for one in ${
    fishQuoted(`${root}actors`)
  }/*/; basename $one; end)`;
  const lines = Object.entries(commands).flatMap(([name, each]) => {
    const after = `-n ${fishQuoted(`__fish_seen_subcommand_from ${name}`)}`;
    const words = wordsOf(each);
    const told = words === "actors"
      ? [`complete -c signalbox ${after} -a ${fishQuoted(actors)}`]
      : words === "files"
      ? [`complete -c signalbox ${after} -F`]
      : words.length
      ? [`complete -c signalbox ${after} -a ${fishQuoted(words.join(" "))}`]
      : [];
    const flags = Object.entries<Flag>({ ...each.flags, ...commonFlags })
      .filter(([flag]) => flag !== "version")
      .map(([flag, { type, help }]) => {
        const value = type === "string" ? " -x" : "";
        const choice = flag === "actor" ? ` -a ${fishQuoted(actors)}` : "";
        return `complete -c signalbox ${after} -l ${flag}${value}${choice} -d ${
          fishQuoted(help.replaceAll("\n", " "))
        }`;
      });
    const summary = fishQuoted(each.summary);
    return [
      `complete -c signalbox -n ${fishQuoted(none)} -a ${name} -d ${summary}`,
      ...told,
      ...flags,
    ];
  });
  return `function signalbox
  deno task --quiet --config ${fishQuoted(`${root}deno.json`)} ctl $argv
end
complete -c signalbox -f
complete -c signalbox -n ${fishQuoted(none)} -a help -d 'More about a command'
${lines.join("\n")}`;
}
