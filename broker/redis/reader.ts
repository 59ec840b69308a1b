/** The reading loop of one subscription: first what is pending with us, then what is new. */
import { backoffMs } from "../../wait.ts";
import type { Delivery } from "../broker.ts";
import { type GroupConsumer, isGroupGone, reportTrimmed } from "./group.ts";
import type { Leases } from "./lease.ts";
import type { BatchQueue } from "./dispatcher.ts";
import { blockMs, type Source } from "./source.ts";
import { type Entry, toMessage } from "./stream.ts";

/** How long a blocked read has to return before it is cut off. */
const returnMs = 500;
/** Pages that are asked for at once, at most: this thread may not come to ask again for a while. */
const mostAsked = 2;

export class Reader {
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  /** Where to go on among our own pending entries; null once they are all known. */
  #drainFrom: string | null = "0";
  #drainsAsked = 0;
  /** New entries that are asked for, in order; what comes of them is known before anything else is asked. */
  readonly #asked: Promise<Entry[]>[] = [];
  #lossesInARow = 0;
  #lostGroupAt = 0;

  constructor(
    private readonly source: Source,
    private readonly consumer: GroupConsumer,
    private readonly leases: Leases,
    private readonly queue: BatchQueue,
  ) {}

  /** Ends after `stop`; rejects when trying again cannot help. */
  run(): Promise<void> {
    // Nothing may come to us once we have taken our leave.
    return this.#running = this.#loop()
      .finally(() => Promise.allSettled(this.#asked));
  }

  /** True while it still reads what was pending with us. */
  get draining(): boolean {
    return this.#drainFrom !== null;
  }

  /** Reads what is pending with us once more, and hands on what we do not know of. */
  drain(): void {
    this.#drainsAsked++;
    this.#drainFrom = "0";
    this.source.wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // Made to return rather than cut off: the server could still serve a read that was cut.
    this.source.wake();
    const cut = setTimeout(() => this.source.close(), returnMs);
    await this.#running.catch(() => {}); // whoever runs it is told
    clearTimeout(cut);
    this.source.close();
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      try {
        await this.#step();
        failures = 0;
      } catch (error) {
        // A failure to mend is met by the next step.
        if (!this.#stopping) {
          await this.#mend(error, ++failures)
            .catch((error) => throwFatal(error));
        }
      }
    }
  }

  #step(): Promise<void> {
    if (this.#asked.length > 0) return this.#readNew();
    if (!this.queue.hasRoom()) return this.#rest();
    const from = this.#drainFrom;
    return from === null ? this.#readNew() : this.#drainPage(from);
  }

  /** While there is no room for a batch, a ping tells whether we could read. */
  async #rest(): Promise<void> {
    await this.queue.changed(blockMs);
    if (this.queue.hasRoom() || this.#stopping) return;
    await this.source.ask((redis) => redis.ping());
  }

  async #readNew(): Promise<void> {
    const entries = await (this.#asked.shift() ?? this.source.newEntries());
    this.#handOn(entries, false);
    if (entries.length === this.source.page) this.#askAhead();
  }

  /** Where a page was full there are more: the server need not wait for us to come back. */
  #askAhead(): void {
    const mayAsk = () =>
      !this.#stopping && !this.draining &&
      this.#asked.length < mostAsked &&
      this.queue.hasRoom(this.#asked.length + 1);
    while (mayAsk()) {
      const page = this.source.waitingEntries(this.#asked.length);
      page.catch(() => {}); // whoever awaits it is told
      this.#asked.push(page);
    }
  }

  #drainPage(from: string): Promise<void> {
    return this.leases.watching(async (known) => {
      const asked = this.#drainsAsked;
      const page = await this.source.pendingAfter(from);
      // A drain that was asked for meanwhile starts again from the beginning.
      if (asked === this.#drainsAsked) {
        this.#drainFrom = page.at(-1)?.[0] ?? null;
      }
      // What we hold is handled, deleted or not.
      const others = newOf(page, known());
      const gone = others.filter(([, fields]) => !fields).map(([id]) => id);
      await reportTrimmed(this.consumer, gone);
      this.#handOn(newOf(page, known()), true);
    });
  }

  #handOn(entries: readonly Entry[], redelivered: boolean): void {
    const deliveries: Delivery[] = [];
    const ids: string[] = [];
    for (const [id, fields] of entries) {
      if (!fields) continue;
      const again = redelivered || this.source.isRepeated(id);
      deliveries.push(toMessage(id, fields, again));
      ids.push(id);
    }
    if (ids.length === 0) return;
    this.leases.hold(ids);
    this.queue.put(deliveries);
  }

  async #mend(error: unknown, failures: number): Promise<void> {
    throwFatal(error);
    // A reply that was cut off, or is not waited for, may hold messages: they are pending with us now.
    const dropped = this.#asked.splice(0).length > 0;
    if (this.source.giveUp(error) || dropped) this.#drainFrom = "0";
    if (!isGroupGone(error)) {
      return await this.queue.changed(backoffMs(failures));
    }
    this.leases.forget();
    await this.#mendGroup();
  }

  /**
   * Makes the group again, later each time while it keeps getting lost, so that a group that is destroyed
   * over and over costs neither a busy loop nor a flood of incidents.
   */
  async #mendGroup(): Promise<void> {
    const now = Date.now();
    const often = now - this.#lostGroupAt < 60_000;
    this.#lossesInARow = often ? this.#lossesInARow + 1 : 0;
    this.#lostGroupAt = now;
    if (often) await this.queue.changed(backoffMs(this.#lossesInARow));
    await this.source.ensureGroup();
  }
}

const newOf = (page: readonly Entry[], known: ReadonlySet<string>) =>
  page.filter(([id]) => !known.has(id));

/** A key of another type, or a right that is missing: someone has to change something. */
function throwFatal(error: unknown): void {
  const { message } = error as Error;
  if (/^(WRONGTYPE|NOPERM) /.test(message)) throw error;
}
