/** `ctl watch`: the watchlist, live, as the dashboard has it in words. */
import type { WatchlistEntry } from "../db/watchlist.ts";
import { sleep } from "../wait.ts";
import { type Api, path } from "./api.ts";
import { command } from "./command.ts";
import { openScreen, untilInterrupted } from "./screen.ts";
import { sentEvents } from "./sent_events.ts";
import { table, terminal } from "./table.ts";
import { queryOf } from "./watchlist.ts";

interface WatchColumn {
  readonly heading: string;
  readonly width: number | null;
  readonly numeric: boolean;
}

interface Signal {
  readonly name: string;
  readonly columns: readonly WatchColumn[];
}

/** What a symbol has of one signal. */
interface Cells {
  /** Market time, RFC 3339. */
  readonly at: string;
  readonly texts: readonly string[];
}

/** The list, and what is known of its symbols. */
export interface Watched {
  readonly signals: readonly Signal[];
  symbols: readonly string[];
  /** By signal, then by symbol. */
  readonly values: ReadonlyMap<string, Map<string, Cells>>;
}

type Time = (iso: string) => string;

export const watch = command({
  words: "",
  flags: {
    list: { type: "string", help: "The list, by its name or number." },
    once: { type: "boolean", help: "Shows it once, and ends." },
  },
  summary: "The watchlist, live: prices, changes, ages, ratings, headlines.",
  details:
    "One screen, drawn again with each new value, until Ctrl+C. Where the output is no terminal, the list " +
    "once and then a line for each new value. Columns that do not fit are left out, the widest first.",
  async run(_, { api, flags, answer, time }) {
    const query = await queryOf(api, flags.list);
    const watched = await readWatched(api, query);
    if (flags.once) {
      return answer(valuesOf(watched), listText(watched, time));
    }
    await untilInterrupted((signal) =>
      follow({ api, query, watched, time, signal })
    );
  },
});

interface Follow {
  readonly api: Api;
  readonly query: string;
  readonly watched: Watched;
  readonly time: Time;
  readonly signal: AbortSignal;
}

async function readWatched(api: Api, query: string): Promise<Watched> {
  const { signals } = await api.get<{ signals: Signal[] }>("/api/signals");
  const values = new Map(
    signals.map(({ name }) => [name, new Map<string, Cells>()]),
  );
  const watched: Watched = { signals, symbols: [], values };
  await refresh(api, query, watched);
  return watched;
}

interface Latest {
  readonly values: readonly { readonly symbol: string; readonly at: string }[];
  readonly cells: readonly (readonly string[])[];
}

/** Asks for everything again: at the start, and when something may have been missed. */
async function refresh(
  api: Api,
  query: string,
  watched: Watched,
): Promise<void> {
  const { symbols } = await api.get<{ symbols: WatchlistEntry[] }>(
    `/api/watchlist${query}`,
  );
  watched.symbols = symbols.map(({ symbol }) => symbol);
  await Promise.all([...watched.values].map(async ([name, known]) => {
    const { values, cells } = await api.get<Latest>(
      `${path`/api/signals/${name}/latest`}?render=text`,
    );
    values.forEach(({ symbol, at }, n) =>
      known.set(symbol, { at, texts: cells[n]! })
    );
  }));
}

/** Ages grow without any event. */
const redrawMs = 1_000;
const againMs = 2_000;

async function follow(follow: Follow): Promise<void> {
  const { api, query, watched, time, signal } = follow;
  const screen = openScreen();
  const isLive = terminal().rows !== Infinity;
  let lost = "";
  const draw = () => {
    const text = listText(watched, time);
    screen.draw(lost ? `${text}\n\n${lost}` : text);
  };
  draw();
  const redrawing = isLive ? setInterval(draw, redrawMs) : undefined;
  try {
    while (true) {
      try {
        await hear(follow, isLive ? draw : undefined, () => lost = "");
      } catch (error) {
        signal.throwIfAborted();
        lost = `no connection (${(error as Error).message}): trying again`;
        if (!isLive) console.error(lost);
      }
      await sleep(againMs, signal);
      await refresh(api, query, watched).catch(() => {});
    }
  } finally {
    clearInterval(redrawing);
    screen.close();
  }
}

/** Of `event: latest` with `render=cell`. */
interface Update {
  readonly signal: string;
  readonly symbol: string;
  readonly at: string;
  readonly cells: readonly { readonly text: string }[];
}

/** Until the connection ends. @param draw undefined: a line is printed for each new value */
async function hear(
  { api, query, watched, time, signal }: Follow,
  draw: (() => void) | undefined,
  onConnected: () => void,
): Promise<void> {
  const stream = await api.events("/api/events?render=cell", signal);
  onConnected();
  let lists = "";
  for await (const { event, data } of sentEvents(stream)) {
    if (event === "watchlist" && data !== lists) {
      if (lists) await refresh(api, query, watched);
      lists = data;
    }
    if (event === "latest") {
      const one: Update = JSON.parse(data);
      const known = watched.values.get(one.signal);
      if (!known || !watched.symbols.includes(one.symbol)) continue;
      const texts = one.cells.map(({ text }) => text);
      known.set(one.symbol, { at: one.at, texts });
      if (!draw) console.log(lineText(one.symbol, texts, time(one.at)));
    }
    draw?.();
  }
}

const lineText = (symbol: string, texts: readonly string[], age: string) =>
  [symbol, ...texts.filter((text) => text !== ""), age].join("  ");

/** For programs. */
function valuesOf({ symbols, signals, values }: Watched) {
  return symbols.map((symbol) => ({
    symbol,
    signals: Object.fromEntries(signals.map(({ name, columns }) => {
      const cells = values.get(name)!.get(symbol);
      if (!cells) return [name, null];
      const texts = cells.texts.map((text, n) => [columns[n]!.heading, text]);
      return [name, { at: cells.at, ...Object.fromEntries(texts) }];
    })),
  }));
}

/** Texts of any length, such as headlines, have at least so much. */
const leastRoom = 20;
/** `just now`, `59 min ago`. */
const ageWidth = 10;

interface Chosen extends WatchColumn {
  readonly signal: string;
  readonly index: number;
}

/** Those that say something and fit; of those that do not, the widest go first. */
export function columnsFor(
  { signals, symbols, values }: Watched,
  width: number,
): Chosen[] {
  const longest = (texts: readonly string[]) =>
    Math.max(0, ...texts.map((text) => text.length));
  const told = signals.flatMap(({ name: signal, columns }) =>
    columns.flatMap((column, index) => {
      const texts = symbols.map((symbol) =>
        values.get(signal)!.get(symbol)?.texts[index] ?? ""
      );
      const least = longest([column.heading, ...texts]);
      const needs = column.width === null ? Math.min(leastRoom, least) : least;
      return longest(texts) ? [{ ...column, signal, index, needs }] : [];
    })
  );
  const sum = () =>
    told.reduce(
      (sum, { needs }) => sum + needs + 1,
      longest(["SYMBOL", ...symbols]) + ageWidth + 1,
    );
  while (told.length > 1 && sum() > width) {
    const fixed = told.map(({ width, needs }) => width === null ? 0 : needs);
    told.splice(fixed.indexOf(Math.max(...fixed)), 1);
  }
  return told;
}

/** The age is that of the first signal's value: the price, as a rule. */
export function listText(
  watched: Watched,
  time: Time,
  width = terminal().columns,
): string {
  const { signals, symbols, values } = watched;
  if (!symbols.length) return "nothing is on it: add <symbol>";
  const cellsOf = (signal: string, symbol: string) =>
    values.get(signal)?.get(symbol);
  const ages = signals.map(({ name }) => name).slice(0, 1);
  const columns = columnsFor(watched, width).map((
    { heading, numeric, signal, index },
  ) => ({
    heading: heading.toUpperCase(),
    right: numeric,
    signal,
    cell: (symbol: string) => cellsOf(signal, symbol)?.texts[index],
  }));
  const isFirst = ({ signal }: { signal: string }) => signal === ages[0];
  return table(symbols, [
    { heading: "SYMBOL", cell: (symbol) => symbol },
    ...columns.filter(isFirst),
    {
      heading: "AGE",
      cell: (symbol) => {
        const at = ages[0] && cellsOf(ages[0], symbol)?.at;
        return at && time(at);
      },
    },
    ...columns.filter((one) => !isFirst(one)),
  ], width);
}
