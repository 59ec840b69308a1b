/**
 * Whether a statement that was ended because it took too long is its events' fault, or the server is slow
 * as a whole. Events that were stored before are stored again, which changes nothing: only if one of them
 * passes is something to be held against those that did not.
 */
import type { Item } from "./store.ts";

export class Control {
  /** Of the last two symbols: what is slow may be one of them. */
  #known: readonly Item[] = [];

  /** These have been stored in time. */
  passed(items: readonly Item[]): void {
    const newest = items.at(-1)!;
    const { symbol } = newest.event;
    const other = [...items, ...this.#known]
      .find((item) => item.event.symbol !== symbol);
    this.#known = other ? [newest, other] : [newest];
  }

  /**
   * Resolves if one that is known passes now.
   * @param read a question to the server, for as long as none is known
   * @throws what ended the last of them
   */
  async check(
    store: (items: readonly Item[]) => Promise<unknown>,
    read: () => Promise<unknown>,
  ): Promise<void> {
    if (this.#known.length === 0) return void await read();
    let failure: unknown;
    for (const item of this.#known) {
      try {
        return void await store([item]);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}
