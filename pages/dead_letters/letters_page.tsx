/** The list of dead letters: what is asked for, what is shown, what its buttons do. */
import { type DeadLetterFilter, filterOf } from "../../db/dead_letters.ts";
import type { Services } from "../../host/services.ts";
import type { LivePage, PageNotice } from "../../ui/live_page.ts";
import { plural } from "../../ui/numbers.ts";
import { LetterList } from "./LetterList.tsx";

const pageSize = 50;

export async function lettersPage(
  services: Services,
  query: URLSearchParams,
  notice: PageNotice | null,
): Promise<LivePage & { filter: DeadLetterFilter; actors: string[] }> {
  const filter = filterOf(Object.fromEntries(query));
  const before = query.get("before") || undefined;
  const [{ letters, next_before }, total] = await Promise.all([
    services.deadLetters.page({ ...filter, before, limit: pageSize }),
    services.deadLetters.count(),
  ]);
  const older = next_before && olderAddress(filter, next_before);
  return {
    notice,
    filter,
    actors: [...services.actors.keys()],
    panels: {
      letters: (
        <LetterList
          rows={letters}
          total={total}
          filter={filter}
          older={older}
        />
      ),
    },
  };
}

function olderAddress(filter: DeadLetterFilter, before: string): string {
  return `/dead-letters?${new URLSearchParams({ ...filter, before })}`;
}

/** Does what a button says; resolves to the address that says so. */
export async function commandLetters(
  services: Services,
  form: FormData,
): Promise<string> {
  const intent = String(form.get("intent") ?? "");
  const filter = filterOf(Object.fromEntries(form));
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
