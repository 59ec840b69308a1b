/** Commands about the watchlist: what is on it, and adding by hand or from a file. */
import type { List } from "../db/lists.ts";
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { Outcome } from "../host/services.ts";
import { type Api, path } from "./api.ts";
import { command, UsageError } from "./command.ts";
import { guess } from "./nearest.ts";
import { fileIn } from "./place.ts";
import { table } from "./table.ts";

const listFlag = {
  list: { type: "string", help: "The list, by its name or number." },
} as const;

/** So many may be names: each is searched for. */
const mostSearched = 20;

const list = command({
  words: "",
  flags: {
    ...listFlag,
    csv: {
      type: "boolean",
      help: "As CSV, which import takes; without --list, all lists.",
    },
  },
  summary: "The symbols of the watchlist.",
  async run(_, { api, flags, answer, time }) {
    const query = await queryOf(api, flags.list);
    if (flags.csv) {
      const text = flags.list === undefined
        ? await api.text("/api/lists?format=csv")
        : await api.text(`/api/watchlist${query}&format=csv`);
      return answer({ csv: text }, text.trimEnd());
    }
    const { symbols } = await api.get<{ symbols: WatchlistEntry[] }>(
      `/api/watchlist${query}`,
    );
    const rows = table(symbols, [
      { heading: "SYMBOL", cell: (one) => one.symbol },
      { heading: "NAME", cell: (one) => one.name },
      { heading: "ADDED", cell: (one) => time(one.added_at) },
      { heading: "MARKET", cell: stateOf },
    ]);
    answer(symbols, symbols.length ? rows : "nothing is on it");
  },
});

function stateOf({ confirmed, unknown_since }: WatchlistEntry): string {
  if (confirmed) return "knows it";
  return unknown_since ? "does not know it" : "not asked yet";
}

const add = command({
  words: "[symbol or name]…",
  flags: listFlag,
  summary: "Adds symbols, or companies by their names.",
  details:
    "A name is as good as a symbol where one company is clearly meant. Exits with 1 if one was not added.",
  async run(symbols, { api, flags, answer }) {
    if (!symbols.length) throw new UsageError("add needs a symbol");
    const search = symbols.length <= mostSearched;
    const url = `/api/watchlist${await queryOf(api, flags.list)}`;
    const { outcomes } = await api.post<Outcomes>(url, { symbols, search });
    answer(outcomes, outcomes.map(outcomeText).join("\n"));
    return outcomes.every(({ symbol }) => symbol !== null);
  },
});

const remove = command({
  words: "[symbol]…",
  flags: listFlag,
  summary: "Takes symbols off the watchlist; their history stays.",
  async run(symbols, { api, flags, answer }) {
    if (!symbols.length) throw new UsageError("remove needs a symbol");
    const query = await queryOf(api, flags.list);
    for (const symbol of symbols) {
      await api.delete(path`/api/watchlist/${symbol}` + query);
    }
    answer({ removed: symbols }, `removed: ${symbols.join(", ")}`);
  },
});

const importFile = command({
  words: "<file>",
  flags: listFlag,
  summary: "Adds the symbols of a file, or of the input (-).",
  details:
    "Symbols between commas, spaces and lines; or CSV with a column symbol, and perhaps one named list,\n" +
    "whose lists are made if they are not there. Exits with 1 if one was not added.",
  async run([file], { api, env, flags, answer }) {
    const text = await readText(fileIn(env, file));
    const url = `/api/watchlist${await queryOf(api, flags.list)}`;
    const { outcomes } = await api.post<Outcomes>(url, { text });
    const bad = outcomes.filter(({ symbol }) => symbol === null);
    const count = (kind: Outcome["outcome"]) =>
      outcomes.filter(({ outcome }) => outcome === kind).length;
    const sum = `${count("added")} added, ${count("known")} known before, ` +
      `${bad.length} not added`;
    answer(outcomes, [...bad.map(outcomeText), sum].join("\n"));
    return bad.length === 0;
  },
});

const lists = command({
  words: "",
  flags: {
    make: { type: "string", help: "Makes a list of this name." },
    delete: { type: "string", help: "Deletes the list of this name." },
  },
  summary: "The named lists.",
  async run(_, { api, flags, answer }) {
    if (flags.make) await api.post("/api/lists", { name: flags.make });
    if (flags.delete) {
      const { id } = await findList(api, flags.delete);
      await api.delete(`/api/lists/${id}`);
    }
    const { lists } = await api.get<{ lists: List[] }>("/api/lists");
    const rows = table(lists, [
      { heading: "LIST", cell: (one) => one.id, right: true },
      { heading: "NAME", cell: (one) => one.name },
      { heading: "SYMBOLS", cell: (one) => one.symbols, right: true },
    ]);
    answer(lists, rows);
  },
});

interface Outcomes {
  readonly outcomes: readonly Outcome[];
}

function outcomeText(one: Outcome): string {
  const { given, outcome, symbol, name, confirmed, reason, choices } = one;
  if (symbol === null) {
    const meant = choices.map((each) => `${each.symbol} (${each.description})`);
    return `${given}: ${outcome}: ${[reason, ...meant].join("\n  ")}`;
  }
  const which = name ? `${symbol} (${name})` : symbol;
  const open = confirmed ? "" : ", not confirmed by the market yet";
  return `${which}: ${outcome}${open}`;
}

export async function queryOf(
  api: Api,
  list: string | undefined,
): Promise<string> {
  return list === undefined ? "" : `?list=${(await findList(api, list)).id}`;
}

/** @throws {UsageError} with the names that there are */
export async function findList(api: Api, wanted: string): Promise<List> {
  const { lists } = await api.get<{ lists: List[] }>("/api/lists");
  const found = lists.find(({ id, name }) =>
    name.toLowerCase() === wanted.toLowerCase() || String(id) === wanted
  );
  if (found) return found;
  const names = lists.map(({ name }) => name).join(", ");
  const meant = guess(wanted, lists.map(({ name }) => name));
  throw new UsageError(
    `there is no list "${wanted}"; there are: ${names}${meant}`,
  );
}

async function readText(file: string): Promise<string> {
  if (file === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    const { message } = cause as Error;
    throw new UsageError(
      `${file} cannot be read (${message}); "import - < file" takes it from the input`,
      { cause },
    );
  }
}

export const watchlistCommands = {
  list,
  add,
  remove,
  import: importFile,
  lists,
};
