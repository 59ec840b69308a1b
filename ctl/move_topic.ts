/** Moves one topic from broker to broker: first what was in hand when the system ended, then what is unread. */
import type { BatchHandler, Broker, StoredMessage } from "../broker/broker.ts";
import { sleep } from "../wait.ts";

export interface MoveProgress {
  /** Called after each batch; the total is null while the source cannot tell it. */
  onMoved?(moved: number, total: number | null): void;
  /** What people should know, in a few words. */
  onRemark?(text: string): void;
}

/** Few enough that a batch of the largest messages fits into memory. */
const batch = 200;
const lookEveryMs = 200;
/** The lease of a consumer that was killed is over long before, unless CLAIM_AFTER_MS says otherwise. */
const patienceMs = 120_000;

/**
 * Publishes to `target` what the group of `topic` has not acknowledged at `source`, and acknowledges it
 * there; resolves to how many messages. What is pending goes first: it is older than what is unread.
 *
 * @throws if the target does not take something, or the source does not give it up: nothing is lost then,
 * and another run goes on.
 */
export async function moveTopic(
  source: Broker,
  target: Broker,
  topic: string,
  progress: MoveProgress = {},
): Promise<number> {
  const groups = await source.groups(topic);
  const group = groups.find((one) => one.group === topic);
  // A group that is not there yet, or no more, would read everything that is kept: so does this one.
  if (!group && await source.depth(topic) === 0) return 0;
  for (const other of groups.filter((one) => one !== group)) {
    progress.onRemark?.(
      `what the group ${other.group} has not read stays where it is`,
    );
  }
  const total = group
    ? group.lag === null ? null : group.lag + group.pending
    : await source.depth(topic);
  const move = {
    ...progress,
    source,
    topic,
    moved: 0,
    async send(messages: readonly StoredMessage[]) {
      await target.publish(topic, messages);
      move.moved += messages.length;
      progress.onMoved?.(move.moved, total);
    },
  };
  await sendTheRest(move, await sendPending(move, group?.pending ?? 0));
  return move.moved;
}

interface Move extends MoveProgress {
  readonly source: Broker;
  readonly topic: string;
  /** How many messages so far. */
  readonly moved: number;
  send(messages: readonly StoredMessage[]): Promise<void>;
}

/** Resolves to the positions of what was sent. It stays pending: only its consumer can acknowledge it. */
async function sendPending(
  { source, topic, send }: Move,
  count: number,
): Promise<Set<string>> {
  const sent = new Set<string>();
  if (!source.features.pendingEntries || count === 0) return sent;
  const open = (await source.pending(topic, topic, count))
    .map(({ position }) => position);
  const order = new Map(open.map((position, n) => [position, n]));
  for (let next = 0; next < open.length;) {
    const window = { from: open[next]!, to: open.at(-1)!, limit: batch };
    const page = (await source.read(topic, window))
      .filter(({ position }) => order.has(position));
    if (page.length > 0) await send(page);
    for (const { position } of page) sent.add(position);
    // What was deleted while it was pending is not found, and passed over.
    const last = page.at(-1);
    next = (last ? order.get(last.position)! : next) + 1;
  }
  return sent;
}

/** Reads as the group does, and takes over what is pending with dead consumers, until nothing is left. */
async function sendTheRest(
  move: Move,
  sent: ReadonlySet<string>,
): Promise<void> {
  const { source, topic, send, onRemark } = move;
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {}); // looked at below
  const handler: BatchHandler = async (messages) => {
    const fresh = messages.filter(({ position }) => !sent.has(position));
    if (fresh.length === 0) return;
    await send(fresh).catch((error) => {
      refused.reject(error);
      throw error; // so that it is not acknowledged
    });
  };
  const subscription = source.subscribe(topic, topic, handler, {
    consumer: "migrate",
    batch,
    onIncident: ({ kind, detail }) => onRemark?.(`${kind}: ${detail}`),
  });
  try {
    const look = lookout(move);
    while (!await look()) {
      await Promise.race([
        subscription.closed,
        refused.promise,
        sleep(lookEveryMs),
      ]);
      await subscription.recover();
    }
  } finally {
    await subscription.close();
  }
}

/** Resolves to true once nothing is unread or pending. @throws if nothing moves for too long */
function lookout(move: Move): () => Promise<boolean> {
  const { source, topic } = move;
  let before = "";
  let changedAt = performance.now();
  return async () => {
    const groups = await source.groups(topic);
    const { lag, pending } = groups.find((one) => one.group === topic) ?? {};
    if (lag === 0 && pending === 0) return true;
    const now = JSON.stringify([move.moved, lag, pending]);
    if (now !== before) changedAt = performance.now();
    before = now;
    if (performance.now() - changedAt <= patienceMs) return false;
    throw new Error(
      `${topic}: ${pending ?? "?"} pending and ${lag ?? "?"} unread entries ` +
        `do not move for ${
          patienceMs / 1000
        } s: end the Signalbox that still ` +
        "holds them, wherever it runs, and run this again",
    );
  };
}
