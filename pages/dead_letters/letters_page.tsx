/** The list of dead letters: what is asked for, what is shown, what its buttons do. */
import { filterOf } from "../../db/dead_letters.ts";
import type { Services } from "../../host/services.ts";
import type { PageNotice } from "../../ui/page.tsx";
import { plural } from "../../ui/numbers.ts";
import { LetterList } from "./LetterList.tsx";

const pageSize = 50;

/**
 * @param query of the address: a filter, and what the page before ended with
 * @param looks true if a person opens the list, and not a page that is left open
 */
export async function lettersPage(
  { catalog, deadLetters }: Pick<Services, "catalog" | "deadLetters">,
  query: URLSearchParams,
  notice: PageNotice | null,
  looks = false,
) {
  const filter = filterOf(Object.fromEntries(query));
  const before = query.get("before") || undefined;
  if (looks && !before && Object.keys(filter).length === 0) {
    await deadLetters.noteSeen().catch(() => {}); // told once more, then
  }
  const [{ letters, next_before: next }, total] = await Promise.all([
    deadLetters.page({ ...filter, before, limit: pageSize }),
    deadLetters.count(),
  ]);
  return {
    notice,
    filter,
    actors: [...catalog.actors.keys(), ...catalog.observers.keys()],
    panels: {
      letters: (
        <LetterList
          letters={letters}
          total={total}
          filter={filter}
          older={next && addressOf({ ...filter, before: next })}
        />
      ),
    },
  };
}

function addressOf(query: Record<string, string>): string {
  return `/dead-letters?${new URLSearchParams(query)}`;
}

/** Does what a button says; resolves to the address that says so. */
export async function commandLetters(
  { deadLetters }: Pick<Services, "deadLetters">,
  form: FormData,
): Promise<string> {
  const did = String(form.get("intent") ?? "");
  if (did !== "delete" && did !== "redrive") {
    throw new TypeError(
      `"${did}" is not something to do with a dead letter: redrive or delete`,
    );
  }
  const filter = filterOf(Object.fromEntries(form));
  const id = form.get("id");
  const choice = id === null ? filter : [String(id)];
  if (did === "delete") {
    const count = await deadLetters.remove(choice);
    return addressOf({ ...filter, did, count: `${count}` });
  }
  const sent = await deadLetters.redrive(choice, "the dashboard");
  // Those that it sent, whatever becomes of them.
  const { redrive, redriven } = sent;
  const shown = { ...filter, state: "all", redrive };
  return addressOf({ ...shown, did, count: `${redriven}` });
}

const outcomes = new Map([
  ["redrive", "sent through the stream again. Below: what becomes of them."],
  ["delete", "deleted."],
]);

/** Says what was done; the address decides which of our own sentences, and not the words in it. */
export function noticeOf(query: URLSearchParams): PageNotice | null {
  const count = Number(query.get("count"));
  const outcome = outcomes.get(query.get("did") ?? "");
  if (!Number.isInteger(count) || !outcome) return null;
  return { text: `${plural(count, "dead letter")} ${outcome}` };
}
