/** The clients of the feed: what each wishes, and what of it is brought to it. */
import type { Change } from "../db/latest.ts";
import type { Services } from "../host/services.ts";
import { cellUpdate } from "../pages/watchlist/watchlist_page.ts";
import {
  eventMessage,
  type EventStream,
  openEventStream,
  retryMessage,
} from "./event_stream.ts";

/** After so many milliseconds a client whose stream has ended connects again. */
const retryMs = 2_000;

/** What a client wants of the feed; everything unless told. */
export interface Wish {
  readonly actor?: string | undefined;
  readonly symbol?: string | undefined;
  /** With the drawn cell in each message. */
  readonly cells: boolean;
}

export interface FeedClient extends EventStream {
  readonly wish: Wish;
  wants(change: Change): boolean;
  /** Sends the message of a value, unless the client has one as new or newer. */
  offer(change: Change, message: Uint8Array): void;
}

export function createFeedClient(
  wish: Wish,
  onClose: () => void,
): FeedClient {
  const stream = openEventStream({ onClose });
  // Drawing takes time and may overtake; what a client sees never goes back in market time.
  const told = new Map<string, string>();
  stream.send(retryMessage(retryMs));
  return {
    ...stream,
    wish,
    wants: ({ actor, value: { symbol } }) =>
      (wish.actor ?? actor) === actor && (wish.symbol ?? symbol) === symbol,
    offer({ actor, value }, message) {
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
  const drawn = takers.filter(({ wish }) => wish.cells);
  const plain = takers.filter(({ wish }) => !wish.cells);
  if (plain.length > 0) {
    const { actor: signal, value } = change;
    const { symbol, at } = value;
    const message = eventMessage("latest", { signal, symbol, at, value });
    for (const taker of plain) taker.offer(change, message);
  }
  if (drawn.length > 0) {
    const message = eventMessage("latest", await cellUpdate(sources, change));
    for (const taker of drawn) taker.offer(change, message);
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
  const actors = only === undefined
    ? [...sources.catalog.actors.keys()]
    : [only];
  for (const actor of actors) {
    const values = await sources.values
      .latest(actor, symbol ? [symbol] : undefined);
    for (const value of values.values()) {
      await client.ready();
      await deliver(sources, [client], { actor, value });
    }
  }
}
