/** Brings values to the clients of the feed that want them. */
import { cellUpdate } from "../pages/watchlist/cell.ts";
import type { Change, Services } from "../host/services.ts";
import { eventMessage } from "./event_stream.ts";
import type { FeedClient } from "./feed_client.ts";

/** A new value, written once and drawn once for everyone who wants it so. */
export async function deliver(
  services: Services,
  clients: Iterable<FeedClient>,
  change: Change,
): Promise<void> {
  const { actor, value } = change;
  const takers = [...clients].filter((c) => c.wants(actor, value.symbol));
  const [drawn, plain] = [
    takers.filter((taker) => taker.wish.cells),
    takers.filter((taker) => !taker.wish.cells),
  ];
  if (plain.length > 0) {
    const message = plainMessage(change);
    for (const taker of plain) taker.offer(change, message);
  }
  if (drawn.length > 0) {
    const message = await drawnMessage(services, change);
    for (const taker of drawn) taker.offer(change, message);
  }
}

/**
 * The values that there are when a client comes: what changed while its page was on its way, or
 * while its connection was lost, reaches it all the same.
 */
export async function deliverPresent(
  services: Services,
  client: FeedClient,
): Promise<void> {
  const { signal: only, symbol } = client.wish;
  const signals = only === undefined ? [...services.actors.keys()] : [only];
  for (const signal of signals) {
    const values = await services.latest(signal, symbol ? [symbol] : undefined);
    for (const value of values.values()) {
      await client.ready();
      await deliver(services, [client], { actor: signal, value });
    }
  }
}

function plainMessage({ actor, value }: Change): Uint8Array {
  const { symbol, at } = value;
  return eventMessage("latest", { signal: actor, symbol, at, value });
}

async function drawnMessage(
  services: Services,
  change: Change,
): Promise<Uint8Array> {
  return eventMessage("latest", await cellUpdate(services, change));
}
