/** `ctl new`: writes the folder of a new actor, which runs as it is. */
import { isActorName } from "../engine/discovery.ts";
import { command, UsageError } from "./command.ts";

const files = ["mod.ts", "schema.sql", "view.tsx"];
const template = new URL("template/", import.meta.url);
const actors = new URL("../actors/", import.meta.url);

export const newActor = command({
  words: "<signal>",
  writes: true,
  summary:
    "Writes actors/<signal>/: a signal that runs as it is, to be changed.",
  details:
    "The name is lower-case letters, digits and _; it names the stream, the table and the path.\n" +
    "Restart Signalbox, and the signal is scanned, stored, served and shown: no other file changes.",
  async run([name], { answer }) {
    await writeActor(name, actors);
    answer(
      { signal: name, files: files.map((file) => `actors/${name}/${file}`) },
      `actors/${name}/ is there: ${files.join(", ")}\n` +
        "Change what it asks and stores, then start Signalbox again.",
    );
  },
});

/** @throws {UsageError} for a name that cannot be one, or that is taken */
export async function writeActor(name: string, folder: URL): Promise<void> {
  if (!isActorName(name)) {
    throw new UsageError(
      `"${name}" cannot be a signal: use lower-case letters, digits and _, a letter first`,
    );
  }
  const target = new URL(`${name}/`, folder);
  try {
    await Deno.mkdir(target);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new UsageError(
      `actors/${name}/ is there already: choose another name`,
      { cause },
    );
  }
  // `day_range` is `Day range`.
  const title = name[0]!.toUpperCase() + name.slice(1).replaceAll("_", " ");
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(`${file}.txt`, template));
    const filled = text.replaceAll("__NAME__", name)
      .replaceAll("__TITLE__", title);
    await Deno.writeTextFile(new URL(file, target), filled);
  }
}
