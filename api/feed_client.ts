/**
 * The clients of the feed: what each wishes, what of it is brought to it, and its stream of server-sent
 * events, with a bound on what may wait for a slow reader.
 */
import type { Change } from "../db/latest.ts";
import { readableLatest, type Services } from "../host/services.ts";
import { cellUpdate } from "../pages/watchlist/watchlist_page.ts";

/** What a client wants of the feed; everything unless told. */
export interface Wish {
  readonly actor?: string | undefined;
  readonly symbol?: string | undefined;
  /** With the drawn cell in each message. */
  readonly cells: boolean;
}

export type FeedClient = ReturnType<typeof createFeedClient>;

export function createFeedClient(wish: Wish, onClose: () => void) {
  const stream = openEventStream(onClose);
  // Drawing takes time and may overtake; what a client sees never goes back in market time.
  const told = new Map<string, string>();
  stream.send(retry);
  return {
    ...stream,
    wish,
    wants: ({ actor, value: { symbol } }: Change): boolean =>
      (wish.actor ?? actor) === actor && (wish.symbol ?? symbol) === symbol,
    /** Sends the message of a value, unless the client has one as new or newer. */
    offer({ actor, value }: Change, message: Uint8Array): void {
      const key = `${actor} ${value.symbol}`;
      if ((told.get(key) ?? "") >= value.at) return;
      told.set(key, value.at);
      stream.send(message);
    },
  };
}

/** What values are read and drawn from. */
type Sources = Pick<Services, "catalog" | "values">;

/** A new value, written once and drawn once for everyone who wants it so. */
export async function deliver(
  sources: Sources,
  clients: Iterable<FeedClient>,
  change: Change,
): Promise<void> {
  const takers = [...clients].filter((client) => client.wants(change));
  const { actor: signal, value } = change;
  const { symbol, at } = value;
  for (const cells of [false, true]) {
    const some = takers.filter(({ wish }) => wish.cells === cells);
    if (some.length === 0) continue;
    // What an observer tells stands in no cell.
    if (cells && sources.catalog.observers.has(signal)) continue;
    const data = cells
      ? await cellUpdate(sources, change)
      : { signal, symbol, at, value };
    const message = eventMessage("latest", data);
    for (const taker of some) taker.offer(change, message);
  }
}

/**
 * The values that there are when a client comes: what changed while its page was on its way, or
 * while its connection was lost, reaches it all the same.
 */
export async function deliverPresent(
  sources: Sources,
  client: FeedClient,
): Promise<void> {
  const { actor: only, symbol } = client.wish;
  const actors = only === undefined ? sources.catalog.actors.keys() : [only];
  for (const actor of actors) {
    const symbols = symbol ? [symbol] : undefined;
    const values = await readableLatest(sources.values, actor, symbols);
    for (const value of values.values()) {
      await client.ready();
      await deliver(sources, [client], { actor, value });
    }
  }
}

/**
 * A stream of messages. `onClose` is called once, however it ends; `limit` is the bytes that may wait: a
 * client further behind is dropped, and connects again.
 */
export function openEventStream(onClose: () => void, limit = 1024 * 1024) {
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
