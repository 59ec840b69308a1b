/** The list of dead letters: what is asked for, what is shown, what its buttons do. */
import type { DeadLetterFilter, DeadLetterRow } from "../../db/dead_letters.ts";
import type { Services } from "../../host/services.ts";
import type { LivePage, PageNotice } from "../../ui/live_page.ts";
import { plural } from "../../ui/numbers.ts";
import { LetterList } from "./LetterList.tsx";

export const filterFields = ["actor", "symbol", "reason", "search"] as const;

const pageSize = 50;

/** The filter of a form or an address; fields left empty do not count. */
export function filterOf(fields: FormData | URLSearchParams): DeadLetterFilter {
  const given = filterFields.flatMap((name) => {
    const value = String(fields.get(name) ?? "").trim();
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(given);
}

export async function lettersPage(
  services: Services,
  query: URLSearchParams,
  notice: PageNotice | null,
): Promise<LivePage & { filter: DeadLetterFilter; actors: string[] }> {
  const filter = filterOf(query);
  const before = query.get("before");
  const [rows, total] = await Promise.all([
    // One more than a page, to know whether there is another.
    services.deadLetters.list({
      ...filter,
      ...before ? { before } : {},
      limit: pageSize + 1,
    }),
    services.deadLetters.count(),
  ]);
  const shown = rows.slice(0, pageSize);
  const older = rows.length > pageSize ? olderAddress(filter, shown) : null;
  return {
    notice,
    filter,
    actors: [...services.actors.keys()],
    panels: {
      letters: (
        <LetterList rows={shown} total={total} filter={filter} older={older} />
      ),
    },
  };
}

function olderAddress(
  filter: DeadLetterFilter,
  shown: readonly DeadLetterRow[],
): string {
  const before = shown.at(-1)!.id;
  return `/dead-letters?${new URLSearchParams({ ...filter, before })}`;
}

/** Does what a button says; resolves to the address that says so. */
export async function commandLetters(
  services: Services,
  form: FormData,
): Promise<string> {
  const intent = String(form.get("intent") ?? "");
  const filter = filterOf(form);
  const id = form.get("id");
  const choice = id === null ? filter : [String(id)];
  const count = await act(services, intent, choice);
  const query = new URLSearchParams({
    ...filter,
    did: intent,
    count: `${count}`,
  });
  return `/dead-letters?${query}`;
}

function act(
  { deadLetters, broker }: Services,
  intent: string,
  choice: DeadLetterFilter | string[],
): Promise<number> {
  if (intent === "delete") return deadLetters.remove(choice);
  if (intent === "redrive") {
    return deadLetters.redrive(choice, broker.publish.bind(broker));
  }
  throw new TypeError(
    `"${intent}" is not something to do with a dead letter: redrive or delete`,
  );
}

export function noticeOf(query: URLSearchParams): PageNotice | null {
  const count = Number(query.get("count"));
  if (!Number.isInteger(count)) return null;
  const letters = plural(count, "dead letter");
  switch (query.get("did")) {
    case "redrive":
      return { text: `${letters} went through the stream again.`, bad: false };
    case "delete":
      return { text: `${letters} deleted.`, bad: false };
    default:
      return null;
  }
}
