/**
 * The values that there are when a client comes: what changed while its connection was lost reaches it all the
 * same. They are read and written once for all who come within a second, as a thousand do after a restart.
 */
import { readableLatest } from "../host/services.ts";
import {
  type Dated,
  eventMessage,
  type FeedClient,
  plainData,
  type Sources,
} from "./feed_client.ts";

interface Present extends Dated {
  readonly message: Uint8Array;
}

/** A symbol that left the list is told so much longer at most. */
const keepMs = 1_000;

export function createPresent(sources: Sources) {
  const kept = new Map<string, { at: number; all: Promise<Present[]> }>();

  function allOf(actor: string): Promise<readonly Present[]> {
    const known = kept.get(actor);
    if (known && performance.now() - known.at < keepMs) return known.all;
    const all = read(sources, actor);
    kept.set(actor, { at: performance.now(), all });
    all.catch(() => kept.delete(actor));
    return all;
  }

  return {
    /** To be called when a value of the actor changes: who comes from now on hears of it here alone. */
    changed: (actor: string) => void kept.delete(actor),
    /** Tells a client what it wishes. Who has cells has a page of them, and asks for that again. */
    async tell(client: FeedClient): Promise<void> {
      const { actor: only, symbol, cells } = client.wish;
      const actors = only === undefined
        ? sources.catalog.actors.keys()
        : [only];
      for (const actor of cells ? [] : actors) {
        const values = symbol
          ? await read(sources, actor, [symbol])
          : await allOf(actor);
        for (const value of values) {
          await client.ready();
          client.offer(actor, value, value.message);
        }
      }
      client.welcomed();
    },
  };
}

async function read(
  { values }: Sources,
  actor: string,
  symbols?: readonly string[],
): Promise<Present[]> {
  const latest = await readableLatest(values, actor, symbols);
  return Array.from(latest.values(), (value) => ({
    symbol: value.symbol,
    at: value.at,
    message: eventMessage("latest", plainData(actor, value)),
  }));
}
