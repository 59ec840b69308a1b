/**
 * The values that there are when a client comes: what changed while its connection was lost reaches it all the
 * same. They are read and written once for all who come within a second, as a thousand do after a restart.
 */
import type { Value } from "../engine/actor.ts";
import { readableLatest } from "../host/services.ts";
import { sleep } from "../wait.ts";
import {
  type FeedClient,
  type Part,
  partOf,
  type Sources,
} from "./feed_client.ts";

/** A symbol that left the list is told so much longer at most. */
const keepMs = 1_000;
/** So many values are sent in one piece. */
const valuesAtOnce = 50;
/** And so many pieces, of whatever clients, before everything else has its turn. */
const piecesAtOnce = 20;

export function createPresent(sources: Sources) {
  const turn = createTurns(piecesAtOnce);
  const kept = new Map<string, { at: number; all: Promise<Part[]> }>();

  function allOf(actor: string): Promise<readonly Part[]> {
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
        const parts = symbol
          ? await read(sources, actor, [symbol])
          : await allOf(actor);
        for (const part of parts) {
          await client.ready();
          await turn();
          client.offer(actor, part);
        }
      }
      client.welcomed();
    },
  };
}

/** Lets so many go at once, in the order in which they came, and then others: requests, new values. */
function createTurns(atOnce: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const goOn = async () => {
    while (waiting.length > 0) {
      await sleep(0);
      for (const go of waiting.splice(0, atOnce)) go();
    }
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) void goOn();
    });
}

async function read(
  { values }: Sources,
  actor: string,
  symbols?: readonly string[],
): Promise<Part[]> {
  const latest = await readableLatest(values, actor, symbols);
  const all = [...latest.values()];
  const parts: Value[][] = [];
  for (let n = 0; n < all.length; n += valuesAtOnce) {
    parts.push(all.slice(n, n + valuesAtOnce));
  }
  return parts.map((part) => partOf(actor, part));
}
