/** Commands about dead letters. */
import type { DeadLetter, DeadLetterRow } from "../db/dead_letters.ts";
import type { Flags } from "./arguments.ts";
import type { Command } from "./commands.ts";
import { shorten, table } from "./table.ts";
import { UsageError } from "./usage.ts";

const filters = "[--actor A] [--symbol S] [--reason R] [--search TEXT]";

export const deadLetters: Command = {
  usage: "dead-letters [id]",
  summary:
    "Events that could not be handled, newest first, or one of them whole.",
  details: `${filters} [--limit N]`,
  async run([id], { api, flags, print }) {
    if (id) {
      const letter = await api.get<DeadLetter>(
        `/api/dead-letters/${encodeURIComponent(id)}`,
      );
      print(JSON.stringify(letter, null, 2));
      return true;
    }
    const query = new URLSearchParams({
      ...filterOf(flags),
      ...(flags.limit ? { limit: flags.limit } : {}),
    });
    const { dead_letters } = await api.get<{ dead_letters: DeadLetterRow[] }>(
      `/api/dead-letters?${query}`,
    );
    if (flags.json) print(JSON.stringify(dead_letters, null, 2));
    else {print(
        dead_letters.length ? overview(dead_letters) : "no dead letters",
      );}
    return true;
  },
};

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

export const redrive: Command = {
  usage: "redrive [id]… | --all",
  summary: "Sends dead letters through the stream again.",
  details: `By their ids, by a filter, or all of them with --all.\n${filters}`,
  async run(ids, { api, flags, print }) {
    const body = ids.length ? { ids } : { filter: chosen(flags) };
    const result = await api.post<{ redriven: number }>(
      "/api/dead-letters/redrive",
      body,
    );
    print(
      flags.json
        ? JSON.stringify(result)
        : `${result.redriven} sent through the stream again`,
    );
    return true;
  },
};

export const deleteDeadLetters: Command = {
  usage: "delete-dead-letters [id]… | --all",
  summary: "Deletes dead letters for good.",
  details: `By their ids, by a filter, or all of them with --all.\n${filters}`,
  async run(ids, { api, flags, print }) {
    for (const id of ids) {
      await api.delete(`/api/dead-letters/${encodeURIComponent(id)}`);
    }
    const query = new URLSearchParams({
      ...chosenUnless(ids, flags),
      ...(flags.all ? { all: "true" } : {}),
    });
    const removed = ids.length
      ? ids.length
      : (await api.delete<{ removed: number }>(`/api/dead-letters?${query}`))
        .removed;
    print(flags.json ? JSON.stringify({ removed }) : `${removed} deleted`);
    return true;
  },
};

function chosenUnless(ids: readonly string[], flags: Flags) {
  return ids.length ? {} : chosen(flags);
}

/** @throws {UsageError} if nothing is given: all of them are meant only when said so. */
function chosen(flags: Flags): Record<string, string> {
  const filter = filterOf(flags);
  if (!Object.keys(filter).length && !flags.all) {
    throw new UsageError(`give ids, a filter (${filters}), or --all`);
  }
  return filter;
}

function filterOf(
  { actor, symbol, reason, search }: Flags,
): Record<string, string> {
  const given = { actor, symbol: symbol?.[0], reason, search };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] =>
      entry[1] !== undefined
    ),
  );
}
