/** Commands about dead letters. */
import type { DeadLetter, DeadLetterRow } from "../db/dead_letters.ts";
import { path } from "./api.ts";
import { command, type Flags, UsageError, type Values } from "./command.ts";
import { shorten, table } from "./table.ts";

const filterFlags = {
  actor: { type: "string", help: "Only those of this actor." },
  symbol: { type: "string", help: "Only those of this symbol." },
  reason: { type: "string", help: "Only those with this reason." },
  search: { type: "string", help: "Only those whose error or data holds it." },
} as const satisfies Flags;

const chosenFlags = {
  ...filterFlags,
  all: { type: "boolean", help: "All of them, if no filter is given." },
} as const satisfies Flags;

const deadLetters = command({
  words: "[id]",
  flags: {
    ...filterFlags,
    limit: { type: "string", help: "How many to list." },
  },
  summary:
    "Events that could not be handled, newest first, or one of them whole.",
  async run([id], { api, flags, answer }) {
    if (id) {
      const letter = await api.get<DeadLetter>(path`/api/dead-letters/${id}`);
      return answer(letter, JSON.stringify(letter, null, 2));
    }
    const { dead_letters } = await api.get<{ dead_letters: DeadLetterRow[] }>(
      `/api/dead-letters?${new URLSearchParams(flags)}`,
    );
    answer(
      dead_letters,
      dead_letters.length ? overview(dead_letters) : "no dead letters",
    );
  },
});

function overview(letters: readonly DeadLetterRow[]): string {
  return table(letters, [
    { heading: "ID", cell: (l) => l.id, right: true },
    { heading: "ACTOR", cell: (l) => l.actor },
    { heading: "SYMBOL", cell: (l) => l.subject },
    { heading: "REASON", cell: (l) => l.reason },
    { heading: "TRIES", cell: (l) => l.attempts, right: true },
    { heading: "CREATED", cell: (l) => l.created_at },
    { heading: "ERROR", cell: (l) => shorten(l.error, 80) },
  ]);
}

const choice = {
  words: "[id]…",
  flags: chosenFlags,
  details: "By their ids, by a filter, or all of them with --all.",
} as const;

const redrive = command({
  ...choice,
  summary: "Sends dead letters through the stream again.",
  async run(ids, { api, flags, answer }) {
    const result = await api.post<{ redriven: number }>(
      "/api/dead-letters/redrive",
      ids.length ? { ids } : { filter: chosen(flags) },
    );
    answer(result, `${result.redriven} sent through the stream again`);
  },
});

const deleteDeadLetters = command({
  ...choice,
  summary: "Deletes dead letters for good.",
  async run(ids, { api, flags, answer }) {
    let removed = ids.length;
    for (const id of ids) await api.delete(path`/api/dead-letters/${id}`);
    if (!ids.length) {
      const query = new URLSearchParams(chosen(flags));
      if (flags.all) query.set("all", "true");
      const url = `/api/dead-letters?${query}`;
      ({ removed } = await api.delete<{ removed: number }>(url));
    }
    answer({ removed }, `${removed} deleted`);
  },
});

/** @throws {UsageError} if nothing is given: all of them are meant only when said so. */
function chosen({ all, ...filter }: Values<typeof chosenFlags>) {
  if (Object.keys(filter).length || all) return filter;
  const names = Object.keys(filterFlags).map((name) => `--${name}`);
  throw new UsageError(`give ids, a filter (${names.join(", ")}), or --all`);
}

export const deadLetterCommands = {
  "dead-letters": deadLetters,
  redrive,
  "delete-dead-letters": deleteDeadLetters,
};
