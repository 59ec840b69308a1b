/** Moves one topic from broker to broker: first what was in hand when the system ended, then what is unread. */
import type {
  BatchHandler,
  Broker,
  GroupStatus,
  StoredMessage,
} from "../broker/broker.ts";
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
  let moved = 0;
  const send = async (messages: readonly StoredMessage[]) => {
    await target.publish(topic, messages);
    moved += messages.length;
    progress.onMoved?.(moved, total);
  };
  const sent = await sendPending(source, topic, group?.pending ?? 0, send);
  await sendTheRest(source, topic, sent, send, () => moved, progress);
  return moved;
}

type Send = (messages: readonly StoredMessage[]) => Promise<void>;

/** Resolves to the positions of what was sent. It stays pending: only its consumer can acknowledge it. */
async function sendPending(
  source: Broker,
  topic: string,
  count: number,
  send: Send,
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
  source: Broker,
  topic: string,
  sent: ReadonlySet<string>,
  send: Send,
  moved: () => number,
  { onRemark }: MoveProgress,
): Promise<void> {
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {}); // looked at below
  const move: BatchHandler = async (messages) => {
    const fresh = messages.filter(({ position }) => !sent.has(position));
    if (fresh.length === 0) return;
    await send(fresh).catch((error) => {
      refused.reject(error);
      throw error; // so that it is not acknowledged
    });
  };
  const subscription = source.subscribe(topic, topic, move, {
    consumer: "migrate",
    batch,
    onIncident: ({ kind, detail }) => onRemark?.(`${kind}: ${detail}`),
  });
  try {
    const look = lookout(source, topic, moved);
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
function lookout(
  source: Broker,
  topic: string,
  moved: () => number,
): () => Promise<boolean> {
  let before = "";
  let changedAt = performance.now();
  return async () => {
    const group = (await source.groups(topic))
      .find((one) => one.group === topic);
    if (group?.lag === 0 && group.pending === 0) return true;
    const now = JSON.stringify([moved(), group?.lag, group?.pending]);
    if (now !== before) changedAt = performance.now();
    before = now;
    if (performance.now() - changedAt > patienceMs) throw stuck(topic, group);
    return false;
  };
}

function stuck(topic: string, group: GroupStatus | undefined): Error {
  return new Error(
    `${topic}: ${group?.pending ?? "?"} pending and ${
      group?.lag ?? "?"
    } unread entries do not move for ${
      patienceMs / 1000
    } s: end the Signalbox that still holds them, wherever it runs, and run this again`,
  );
}
