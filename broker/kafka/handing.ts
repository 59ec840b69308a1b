/** The loop that hands batches to the handler and commits what it has handled. */
import type { BatchHandler } from "../broker.ts";
import { isStaleMember, sessionTimeoutMs } from "./client.ts";
import type { Holding } from "./holding.ts";
import type { Member } from "./member.ts";
import { rewind, type Span, spansOf, takeBatch } from "./partition.ts";
import { type KafkaMessage, toDelivery } from "./records.ts";
import type { Offsets } from "./topics.ts";
import { backoffMs, createBell, settled, sleep } from "./wait.ts";

/** How long others of the group wait for the batch in hand before it is abandoned to them. */
const graceMs = sessionTimeoutMs * 0.6;
/** How long `stop` tries to commit while the server is away. */
const lastCommitMs = 3000;

export interface Handing {
  /** More messages are held. */
  wake(): void;
  pause(): void;
  resume(): void;
  readonly paused: boolean;
  /** Before the partitions go to others: finishes and commits the batch in hand, or abandons it. */
  yieldBatch(): Promise<void>;
  /** Finishes and commits the batch in hand, and hands out no other. */
  stop(): Promise<void>;
}

export function startHanding(
  holding: Holding,
  member: Member,
  handler: BatchHandler,
  size: number,
  onHanded: () => void,
): Handing {
  const bell = createBell();
  let [paused, yielding] = [false, false];
  let stoppedAt = 0;
  let inHand:
    | { readonly done: Promise<void>; readonly abort: AbortController }
    | null = null;

  const hand = async (batch: readonly KafkaMessage[]) => {
    const abort = new AbortController();
    const done = Promise.withResolvers<void>();
    inHand = { done: done.promise, abort };
    await handle(batch, abort.signal);
    inHand = null;
    done.resolve();
  };

  const handle = async (
    batch: readonly KafkaMessage[],
    signal: AbortSignal,
  ) => {
    const { era } = holding;
    const spans = spansOf(holding.line, batch);
    const deliveries = batch.map((one) =>
      toDelivery(one, one.offset < spans.get(one.partition)!.delivered)
    );
    for (const span of spans.values()) markDelivered(span);
    try {
      await handler(deliveries, signal);
    } catch {
      // The handler's reason is the handler's to tell; here it means: again, later.
      if (era !== holding.era) return;
      for (const { partition, first } of spans.values()) {
        rewind(partition, first, Date.now());
      }
      return;
    }
    await commit(spans, era);
  };

  /** Tries until it is done or the partitions are no longer ours: then whoever has them handles it again. */
  const commit = async (spans: ReadonlyMap<number, Span>, era: number) => {
    const offsets: Offsets = new Map(
      Array.from(spans, ([id, { last }]) => [id, last + 1n]),
    );
    for (let failures = 1; era === holding.era; failures++) {
      try {
        await member.commit(offsets);
        for (const span of spans.values()) markCommitted(span);
        return;
      } catch (error) {
        if (isStaleMember(error)) return holding.drop();
        if (stoppedAt > 0 && Date.now() - stoppedAt > lastCommitMs) return;
        await sleep(backoffMs(failures));
      }
    }
  };

  const running = (async () => {
    while (stoppedAt === 0) {
      const batch = paused || yielding ? [] : takeBatch(holding.line, size);
      if (batch.length === 0) await bell.wait(1000);
      else await hand(batch);
      onHanded();
    }
  })();

  return {
    wake: bell.ring,
    pause: () => void (paused = true),
    resume() {
      paused = false;
      bell.ring();
    },
    get paused() {
      return paused;
    },
    async yieldBatch() {
      const hand = inHand;
      yielding = true;
      if (hand && !await settled(hand.done, graceMs)) {
        hand.abort.abort(
          new Error("its partitions go to another consumer of the group"),
        );
      }
      holding.drop();
      yielding = false;
    },
    async stop() {
      stoppedAt ||= Date.now();
      bell.ring();
      await running;
    },
  };
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
