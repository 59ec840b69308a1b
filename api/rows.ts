/** Long answers, a part at a time, so that nobody else waits for them; and few of them at a time. */
import { createTurns, sleep } from "../wait.ts";

/** An answer of more rows takes a turn. */
export const many = 10_000;
const turns = createTurns(2, "long histories");
/** A client that reads slower than this, in ms, gets no end. */
const readWithinMs = 120_000;
const rowsAPart = 500;

/**
 * Takes a turn where `rows` are many; returns the function to call when they are sent.
 * @throws {BusyError} if as many long answers as may are under way
 */
export function turnFor(rows: number): () => void {
  return rows > many ? turns.take() : () => {};
}

/** The parts of a text, made when they are read; `onEnd` is called once, however that ends. */
export function streamed(
  parts: Iterator<string>,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setTimeout>;
  const end = () => {
    clearTimeout(timer);
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
      // In a turn of the event loop of its own.
      await sleep(0);
      const { done, value } = parts.next();
      if (!done) return controller.enqueue(encoder.encode(value));
      end();
      controller.close();
    },
    cancel: end,
  }, { highWaterMark: 1 });
}

/** A JSON object whose last field, `rows`, is long. */
export function* jsonParts(
  head: Readonly<Record<string, string>>,
  rows: readonly unknown[],
): Generator<string, void> {
  yield `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  for (let from = 0; from < rows.length; from += rowsAPart) {
    const texts = rows.slice(from, from + rowsAPart).map((row) =>
      JSON.stringify(row)
    );
    yield (from === 0 ? "" : ",") + texts.join(",");
  }
  yield "]}";
}

/** What `write` makes of so many rows at a time; at first of none. */
export function* parts<Row>(
  rows: readonly Row[],
  write: (rows: readonly Row[], isFirst: boolean) => string,
): Generator<string, void> {
  yield write([], true);
  for (let from = 0; from < rows.length; from += rowsAPart) {
    yield write(rows.slice(from, from + rowsAPart), false);
  }
}
