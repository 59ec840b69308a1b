/** Long histories, a page at a time, so that nobody else waits for them; and few of them at a time. */
import type { HistoryQuery, Value } from "../engine/actor.ts";
import { createTurns, sleep } from "../wait.ts";
import { csvHeader, csvLine } from "./csv.ts";

/** An answer of more rows takes a turn. */
const many = 10_000;
const turns = createTurns(2, "long histories");
/** A client that reads slower than this, in ms, gets no end. */
const readWithinMs = 120_000;
/** Rows that an isolate is asked for at a time: each thread is at it for some milliseconds. */
export const pageRows = 500;

/**
 * Takes a turn where `rows` are many; returns the function to call when they are sent.
 * @throws {BusyError} if as many long answers as may are under way
 */
export function turnFor(rows: number): () => void {
  return rows > many ? turns.take() : () => {};
}

/**
 * The rows of a window in pages, the newest page first, each oldest first: no row is missing and none comes twice,
 * also where many are of one instant. What is stored meanwhile is not among them.
 */
export async function* pagesOf(
  ask: (query: HistoryQuery) => Promise<Value[]>,
  { limit, ...window }: HistoryQuery,
): AsyncGenerator<Value[], void> {
  let left = limit;
  let query: HistoryQuery = { ...window, limit: pageRows };
  /** What is newer was given already. */
  let given: string | undefined;
  while (left > 0) {
    const all = await ask(query);
    const rows = given === undefined
      ? all
      : all.filter(({ at }) => at <= given!);
    const isLast = all.length < query.limit || query.limit >= limit;
    const oldest = rows[0]?.at;
    // More of the oldest instant may be on the next page: that has all of them.
    const page = isLast ? rows : rows.filter(({ at }) => at > oldest!);
    if (page.length) yield page.slice(-left);
    left -= page.length;
    if (isLast) return;
    if (page.length === 0) {
      query = { ...query, limit: Math.min(2 * query.limit, limit) };
      continue;
    }
    given = oldest!;
    // An instant is told in milliseconds, and may be stored in microseconds.
    const to = new Date(Date.parse(given) + 1).toISOString();
    query = { ...window, to, limit: pageRows };
  }
}

/** A body made of parts; `onEnd` is called once, however that ends. @param make gets what says that nobody reads on */
export function streamed(
  make: (signal: AbortSignal) => AsyncIterator<string>,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stopping = new AbortController();
  const parts = make(stopping.signal);
  let timer: ReturnType<typeof setTimeout>;
  const end = () => {
    clearTimeout(timer);
    stopping.abort();
    onEnd();
  };
  return new ReadableStream({
    start(controller) {
      timer = setTimeout(() => {
        controller.error(new Error("the client reads too slowly"));
        end();
      }, readWithinMs);
    },
    async pull(controller) {
      try {
        // In a turn of the event loop of its own.
        await sleep(0);
        const { done, value } = await parts.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        end();
        controller.close();
      } catch (error) {
        if (stopping.signal.aborted) return;
        end();
        throw error;
      }
    },
    cancel: end,
  }, { highWaterMark: 1 });
}

type Pages = AsyncIterable<readonly Value[]>;

/** A JSON object whose last field, `rows`, is long. Texts are kept until the oldest page is there, and no rows. */
export async function* jsonParts(
  head: Readonly<Record<string, string>>,
  pages: Pages,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const texts: string[] = [];
  for await (const rows of pages) {
    signal.throwIfAborted();
    texts.push(rows.map((row) => JSON.stringify(row)).join(","));
  }
  yield `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  for (const [n, text] of texts.reverse().entries()) {
    yield n === 0 ? text : `,${text}`;
  }
  yield "]}";
}

/** Lines of CSV below a header of these columns, and of whatever else there is in a row. */
export async function* csvParts(
  columns: readonly string[],
  pages: Pages,
  safe: boolean,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const all = new Set(columns);
  const written: { lines: string[]; columns: number }[] = [];
  for await (const rows of pages) {
    signal.throwIfAborted();
    for (const row of rows) for (const name in row) all.add(name);
    const names = [...all];
    const lines = rows.map((row) => csvLine(names, row, safe));
    written.push({ lines, columns: names.length });
  }
  yield csvHeader([...all]);
  for (const { lines, columns } of written.reverse()) {
    // Of columns that an older row was the first to have, these are empty.
    const end = `${",".repeat(all.size - columns)}\r\n`;
    if (lines.length) yield lines.join(end) + end;
  }
}
