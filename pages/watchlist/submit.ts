/** The forms of the watchlist's page, for browsers without JavaScript, and what the address says became of them. */
import type { WatchlistEntry } from "../../db/watchlist.ts";
import type { Outcome, Services } from "../../host/services.ts";
import { type Listing, parseSymbol } from "../../market/market.ts";
import { scanText } from "../../ui/client.ts";
import { plural } from "../../ui/numbers.ts";
import { firstList, listOf } from "./data.ts";
import type { Notice } from "./Notices.tsx";
import { addedText } from "./outcome_text.ts";

/** What has to be said at once, because no address can carry it: a link could put any words into the page. */
export interface Said {
  readonly notice?: Notice;
  /** Why the field's text was not added, and what may be meant. */
  readonly error?: string;
  readonly choices?: readonly Listing[];
  readonly outcomes?: readonly Outcome[];
}

type Needs = Pick<Services, "watching" | "commands">;
type Intent = (
  services: Needs,
  form: Fields,
  list: number,
) => Promise<string | Said>;

/** The texts of a form; a file is its text. */
type Fields = (name: string) => Promise<string>;

/** The address of a list, with what became of a form. */
export function addressOf(
  list: number,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const query = new URLSearchParams();
  if (list !== firstList) query.set("list", String(list));
  for (const [name, value] of Object.entries(more)) {
    query.set(name, String(value));
  }
  return query.size > 0 ? `/?${query}` : "/";
}

const rowIntents = ["remove", "up", "down"] as const;

/** Does what a form says; resolves to where to go then. Rejects with a message for people. */
export async function submitWatchlist(
  services: Needs,
  form: FormData,
): Promise<string | Said> {
  // A button of a row says both: `<button name="remove" value="AAPL">`.
  const ofRow = rowIntents.find((name) => form.has(name));
  if (ofRow) {
    form.set("intent", ofRow);
    form.set("symbol", String(form.get(ofRow)));
  }
  const text: Fields = async (name) => {
    const value = form.get(name);
    return value instanceof File ? await value.text() : value ?? "";
  };
  const name = await text("intent");
  const intent = Object.hasOwn(intents, name) ? intents[name]! : add;
  return await intent(services, text, listOf(form.get("list")));
}

const add: Intent = async ({ watching }, form, list) => {
  const text = await form("symbol");
  const place = await form("place");
  const target = place === "" ? { list } : { list, place: Number(place) };
  const outcome = await watching.addTyped(text, target);
  const { symbol, reason, choices } = outcome;
  if (symbol === null) return { error: reason ?? "", choices };
  if (reason !== null) {
    return { notice: { text: addedText(outcome), undo: null } };
  }
  return addressOf(list, { added: symbol });
};

const intents: Readonly<Record<string, Intent>> = {
  add,
  async remove({ watching }, form, list) {
    const symbol = await form("symbol");
    const entry = await watching.find(symbol, list);
    await watching.remove(symbol, list);
    const { place = "" } = entry ?? {};
    return addressOf(list, { removed: symbol, place });
  },
  async scan({ commands }, form, list) {
    const { published, failed } = await commands.scan(await form("signal"));
    const failures = Object.keys(failed).length;
    return addressOf(list, { published, failed: failures });
  },
  async "add-many"({ watching }, form, list) {
    const text = `${await form("symbols")}\n${await form("file")}`;
    return { outcomes: await watching.addText(text, { list }) };
  },
  async "remove-unknown"({ watching }, _form, list) {
    const unknown = (await watching.list(list))
      .filter(({ unknown_since }) => unknown_since !== null);
    for (const { symbol } of unknown) await watching.remove(symbol, list);
    return addressOf(list, { unknown: unknown.length });
  },
  async up({ watching }, form, list) {
    const symbol = await form("symbol");
    const order = (await watching.list(list)).map((entry) => entry.symbol);
    const before = order[order.indexOf(symbol) - 1];
    if (before) await watching.move(symbol, before, list);
    return addressOf(list);
  },
  async down({ watching }, form, list) {
    const symbol = await form("symbol");
    const order = (await watching.list(list)).map((entry) => entry.symbol);
    const before = order[order.indexOf(symbol) + 2] ?? null;
    await watching.move(symbol, before, list);
    return addressOf(list);
  },
  async "list-create"({ watching }, form) {
    const { id } = await watching.createList(await form("name"));
    return addressOf(id);
  },
  async "list-rename"({ watching }, form, list) {
    await watching.renameList(list, await form("name"));
    return addressOf(list);
  },
  async "list-delete"({ watching }, _form, list) {
    await watching.deleteList(list);
    return "/";
  },
};

/** What the address says became of a form. Only what can be a symbol or a number is shown. */
export function noticeOf(
  query: URLSearchParams,
  entries: readonly Pick<WatchlistEntry, "symbol" | "name">[] = [],
): Notice | null {
  const symbol = parseSymbol(query.get("removed") ?? query.get("added") ?? "");
  if (symbol && query.has("removed")) {
    const place = Number(query.get("place") || NaN);
    const undo = { text: `${symbol} was removed.`, undo: symbol };
    return Number.isFinite(place) ? { ...undo, place } : undo;
  }
  if (symbol) {
    const name = entries.find((one) => one.symbol === symbol)?.name ?? null;
    return { text: addedText({ symbol, name, reason: null }), undo: null };
  }
  const unknown = Number(query.get("unknown") ?? NaN);
  if (Number.isInteger(unknown)) {
    return { text: `${plural(unknown, "symbol")} removed.`, undo: null };
  }
  const published = Number(query.get("published") ?? NaN);
  if (!Number.isInteger(published)) return null;
  const failed = Number(query.get("failed")) || 0;
  const failures = failed ? ` ${plural(failed, "symbol")} failed.` : "";
  return { text: scanText({ published }) + failures, undo: null };
}
