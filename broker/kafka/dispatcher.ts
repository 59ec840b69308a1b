/** The loop that hands batches to the handler and commits what it has handled. */
import { backoffMs, resolvesWithin, sleep } from "../../wait.ts";
import type { BatchHandler } from "../broker.ts";
import {
  type Assignment,
  type Span,
  spansOf,
  takeBatch,
} from "./assignment.ts";
import { isStaleMember, reconnect, sessionTimeoutMs } from "./client.ts";
import type { Member } from "./member.ts";
import { type KafkaMessage, toDelivery } from "./records.ts";
import type { Offsets } from "./topic.ts";

/** How long others of the group wait for the batch in hand before it is abandoned to them. */
const graceMs = sessionTimeoutMs * 0.6;
/** How long `stop` tries to commit while the server is away. */
const lastCommitMs = 3000;

export class Dispatcher {
  readonly #running: Promise<void>;
  #inHand: { done: Promise<void>; abort: AbortController } | null = null;
  #yielding = false;
  #stoppedAt = 0;

  constructor(
    private readonly assignment: Assignment,
    private readonly member: Member,
    private readonly handler: BatchHandler,
  ) {
    this.#running = this.#run();
  }

  /** Before the partitions go to others: finishes and commits the batch in hand, or abandons it. */
  async yieldBatch(): Promise<void> {
    const hand = this.#inHand;
    this.#yielding = true;
    if (hand && !await resolvesWithin(hand.done, graceMs)) {
      const why = "its partitions go to another consumer of the group";
      hand.abort.abort(new Error(why));
    }
    this.assignment.give(null);
    this.#yielding = false;
  }

  /** Finishes and commits the batch in hand, and hands out no other. */
  async stop(): Promise<void> {
    this.#stoppedAt ||= Date.now();
    this.assignment.bell.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#stoppedAt === 0) {
      const { partitions, size, paused, bell } = this.assignment;
      const idle = paused || this.#yielding;
      const batch = idle ? [] : takeBatch(partitions, size);
      if (batch.length === 0) {
        await bell.wait(1000);
      } else {
        await this.#hand(batch);
        bell.ring();
      }
    }
  }

  async #hand(batch: readonly KafkaMessage[]): Promise<void> {
    const abort = new AbortController();
    const done = this.#handle(batch, abort.signal);
    this.#inHand = { done, abort };
    await done;
    this.#inHand = null;
  }

  async #handle(
    batch: readonly KafkaMessage[],
    signal: AbortSignal,
  ): Promise<void> {
    const { era, partitions } = this.assignment;
    const spans = spansOf(partitions, batch);
    const deliveries = batch.map((one) =>
      toDelivery(one, one.offset < spans.get(one.partition)!.delivered)
    );
    for (const span of spans.values()) markDelivered(span);
    try {
      await this.handler(deliveries, signal);
    } catch {
      // The handler's reason is the handler's to tell; here it means: again, later.
      if (era !== this.assignment.era) return;
      for (const { partition, first } of spans.values()) {
        partition.rewind(first, Date.now());
      }
      return;
    }
    await this.#commit(spans, era);
  }

  /** Tries until it is done or the partitions are no longer ours: then whoever has them handles it again. */
  async #commit(spans: Map<number, Span>, era: number): Promise<void> {
    const offsets: Offsets = new Map(
      Array.from(spans, ([id, { last }]) => [id, last + 1n]),
    );
    for (let failures = 1; era === this.assignment.era; failures++) {
      try {
        await this.member.commit(offsets);
        for (const span of spans.values()) markCommitted(span);
        return;
      } catch (error) {
        if (isStaleMember(error)) return this.assignment.give(null);
        const stopped = this.#stoppedAt;
        if (stopped > 0 && Date.now() - stopped > lastCommitMs) return;
        await sleep(backoffMs(failures, reconnect));
      }
    }
  }
}

function markDelivered({ partition, last }: Span): void {
  const next = last + 1n;
  if (partition.handed < next) partition.handed = next;
  if (partition.delivered < next) partition.delivered = next;
}

function markCommitted({ partition, last }: Span): void {
  partition.committed = last + 1n;
  partition.failures = 0;
}
