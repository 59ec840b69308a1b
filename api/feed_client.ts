/**
 * The clients of the feed: what each wishes, what of it is brought to it, and its stream of server-sent
 * events, with a bound on what may wait for a slow reader.
 */
import type { Value } from "../engine/actor.ts";
import type { Services } from "../host/services.ts";
import { cellUpdates } from "../pages/watchlist/cell_updates.ts";

/** What a client wants of the feed; everything unless told. */
export interface Wish {
  readonly actor?: string | undefined;
  readonly symbol?: string | undefined;
  /** With drawn cells in place of the value in each message. */
  readonly cells: boolean;
  /** Of the drawn cells; the one of those who do not say, unless told. */
  readonly locale?: string | undefined;
}

export type FeedClient = ReturnType<typeof createFeedClient>;

export function createFeedClient(wish: Wish, onClose: () => void) {
  const stream = openEventStream(onClose);
  // Until it has the present values, which may be read before and sent after a newer one.
  let told: Map<string, string> | null = new Map();
  stream.send(retry);
  const wants = (actor: string, symbol: string): boolean =>
    (wish.actor ?? actor) === actor && (wish.symbol ?? symbol) === symbol;
  const takes = (actor: string, { symbol, at }: Dated): boolean => {
    if (!wants(actor, symbol)) return false;
    if (!told) return true;
    const key = `${actor} ${symbol}`;
    if ((told.get(key) ?? "") >= at) return false;
    told.set(key, at);
    return true;
  };
  return {
    ...stream,
    wish,
    wants,
    /** Sends what it wishes of a part, unless it has values as new or newer: as one piece, if that is all of it. */
    offer(actor: string, { all, values, messages }: Part): void {
      // What 1,000 readers who wish everything cost is this alone.
      if (!told && !wish.actor && !wish.symbol) return stream.send(all);
      const chosen = messages.filter((_, i) => takes(actor, values[i]!));
      if (chosen.length === messages.length) stream.send(all);
      else if (chosen.length) stream.send(joined(chosen));
    },
    /** From now on values come in their order. */
    welcomed(): void {
      told = null;
    },
  };
}

type Dated = Pick<Value, "symbol" | "at">;

/** What values are read and drawn from. */
export type Sources = Pick<Services, "catalog" | "values">;

/** New values of one actor, each written once and drawn once for everyone who wants it so. */
export async function deliver(
  sources: Sources,
  clients: Iterable<FeedClient>,
  actor: string,
  values: readonly Value[],
): Promise<void> {
  const takers = [...clients];
  const plain = takers.filter(({ wish }) => !wish.cells);
  const drawn = takers.filter(({ wish }) => wish.cells);
  if (plain.length > 0) {
    const part = partOf(actor, values);
    for (const taker of plain) taker.offer(actor, part);
  }
  // What an observer tells stands in no cell.
  if (drawn.length === 0 || sources.catalog.observers.has(actor)) return;
  const wanted = values.filter(({ symbol }) =>
    drawn.some((client) => client.wants(actor, symbol))
  );
  if (wanted.length === 0) return;
  const draw = await cellUpdates(sources, actor, wanted);
  for (const [locale, takers] of Map.groupBy(drawn, localeOf)) {
    const part = writtenOf(draw(locale));
    for (const taker of takers) taker.offer(actor, part);
  }
}

/** Values as they are told: 1,000 readers share the bytes. */
export interface Part {
  readonly values: readonly Dated[];
  /** One for each of them. */
  readonly messages: readonly Uint8Array[];
  /** The messages, joined. */
  readonly all: Uint8Array;
}

/** For those who want no cells. */
export const partOf = (actor: string, values: readonly Value[]): Part =>
  writtenOf(
    values.map((value) => {
      const { symbol, at } = value;
      return { signal: actor, symbol, at, value };
    }),
  );

function writtenOf(values: readonly Dated[]): Part {
  const messages = values.map((one) => eventMessage("latest", one));
  return { values, messages, all: joined(messages) };
}

const localeOf = ({ wish: { locale } }: FeedClient) => locale;

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    messages.reduce((sum, one) => sum + one.length, 0),
  );
  let at = 0;
  for (const message of messages) {
    all.set(message, at);
    at += message.length;
  }
  return all;
}

/**
 * A stream of messages. `onClose` is called once, however it ends; `limit` is the bytes that may wait: a
 * client further behind is dropped, and connects again.
 */
export function openEventStream(onClose: () => void, limit = 256 * 1024) {
  let open = true;
  let wake = Promise.withResolvers<void>();
  let controller!: ReadableStreamDefaultController<Uint8Array>;

  function end(): void {
    if (!open) return;
    open = false;
    wake.resolve();
    onClose();
  }

  function close(): void {
    if (open) controller.close();
    end();
  }

  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    pull() {
      wake.resolve();
      wake = Promise.withResolvers();
    },
    cancel: end,
  }, new ByteLengthQueuingStrategy({ highWaterMark: limit }));

  return {
    response: new Response(body, { headers }),
    /** Queues a message. Closes the stream instead if too much waits already. */
    send(message: Uint8Array): void {
      if (!open) return;
      if ((controller.desiredSize ?? 0) <= 0) return close();
      controller.enqueue(message);
    },
    /** Resolves once the reader has caught up enough for more, or the stream has ended. */
    async ready(): Promise<void> {
      while (open && (controller.desiredSize ?? 0) < limit / 2) {
        await wake.promise;
      }
    },
    close,
  };
}

const headers = {
  "content-type": "text/event-stream",
  // A proxy that gathers or packs the stream would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

const encoder = new TextEncoder();

/** A message of the given type; the data goes as one line of JSON. */
export function eventMessage(type: string, data: unknown): Uint8Array {
  return encoder.encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A comment, so that neither side nor a proxy between takes silence for a lost connection. */
export const heartbeat: Uint8Array = encoder.encode(": still here\n\n");

/** A client whose stream has ended connects again after so many milliseconds. */
const retry = encoder.encode("retry: 2000\n\n");
