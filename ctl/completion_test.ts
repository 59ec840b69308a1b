import assert from "node:assert/strict";
import { run } from "../dev/command.ts";
import { command, type Commands } from "./command.ts";
import { completionOf } from "./completion.ts";

const nothing = { summary: "It's this", run: () => Promise.resolve() };
const commands: Commands = {
  status: command({ words: "[actor]", ...nothing }),
  scan: command({
    words: "<signal>",
    flags: { symbol: { type: "string", help: "Only it" } },
    ...nothing,
  }),
  backup: command({ words: "<file>", ...nothing }),
  alerts: command({ words: "[list|add|remove]…", ...nothing }),
  completion: completionOf(() => commands),
};

async function script(shell: string): Promise<string> {
  let said = "";
  const answer = (_: unknown, text: string) => void (said = text);
  // deno-lint-ignore no-explicit-any -- it looks at nothing else
  await commands.completion!.run([shell], { answer } as any);
  return said;
}

Deno.test("bash that has sourced it completes commands, options, actors, choices and files", async () => {
  const file = await Deno.makeTempFile();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a copy.gz`, "");
  await Deno.writeTextFile(file, await script("bash"));
  try {
    for (
      const [line, told] of [
        ["sta", "status"],
        ["", "status scan backup alerts completion help"],
        ["scan quo", "quotes"],
        ["status ", "alerts news quotes recommendations"],
        ["scan quotes --s", "--symbol"],
        ["--json scan ne", "news"],
        ["alerts r", "remove"],
        ["completion ", "bash zsh fish"],
        ["help ba", "backup"],
        ["backup a", "a copy.gz"],
      ] as const
    ) {
      const words = ["signalbox", ...line.split(" ")];
      const body = `source "$0"; cd "$1"; shift; COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1)); _signalbox; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { ok, out, err } = await run("bash", [
        ...["-uec", body, file, folder],
        ...words,
      ]);
      assert.ok(ok, err);
      const found = out.trim().split("\n").join(" ");
      assert.equal(found, told, line);
    }
  } finally {
    await Deno.remove(file);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("zsh and fish get the same, from the same table", async () => {
  const zsh = await script("zsh");
  assert.match(zsh, /scan\) case[^\n]*--symbol[^\n]*_signalbox_actors/);
  assert.match(zsh, /compdef _signalbox signalbox$/);
  const fish = await script("fish");
  assert.match(fish, /-a scan -d 'It\\'s this'/);
  assert.match(fish, /seen_subcommand_from scan' -l symbol -x -d 'Only it'/);
  assert.match(fish, /seen_subcommand_from completion' -a 'bash zsh fish'/);
});
