/** A topic in memory: its messages, and what each group has had of them. */
import type { Message, StoredMessage, TrimLimits, Window } from "./broker.ts";
import { type Bell, createBell } from "../wait.ts";

interface Handed {
  readonly message: StoredMessage;
  consumer: string;
  at: number;
  deliveries: number;
}

/** A batch that goes back to the group at `dueAt`. */
export interface Returned {
  readonly batch: readonly StoredMessage[];
  readonly attempt: number;
  readonly dueAt: number;
}

export interface MemoryGroup {
  /** The number of the next message that no consumer has had. */
  next: number;
  readonly pending: Map<string, Handed>;
  readonly returned: Returned[];
  readonly consumers: Map<string, number>;
}

export interface MemoryTopic {
  readonly messages: StoredMessage[];
  /** The number of `messages[0]`. */
  first: number;
  readonly groups: Map<string, MemoryGroup>;
  /** Rings when something can be handed out. */
  readonly bell: Bell;
}

export const makeTopic = (): MemoryTopic => ({
  messages: [],
  first: 1,
  groups: new Map(),
  bell: createBell(),
});

export function append(topic: MemoryTopic, messages: readonly Message[]) {
  for (const { key, attributes, data } of messages) {
    const number = topic.first + topic.messages.length;
    topic.messages.push({
      key,
      attributes: { ...attributes },
      data,
      position: String(number),
      storedAt: Date.now(),
    });
  }
  topic.bell.ring();
}

export function groupOf(topic: MemoryTopic, name: string): MemoryGroup {
  const known = topic.groups.get(name);
  if (known) return known;
  const group: MemoryGroup = {
    next: topic.first,
    pending: new Map(),
    returned: [],
    consumers: new Map(),
  };
  topic.groups.set(name, group);
  return group;
}

/** The messages of a window, oldest first. */
export function inWindow(topic: MemoryTopic, window: Window): StoredMessage[] {
  const { from, to } = window;
  return topic.messages.filter((message) =>
    (from === undefined || compare(message, from) >= 0) &&
    (to === undefined || compare(message, to) <= 0)
  );
}

const compare = (message: StoredMessage, end: Date | string): number =>
  end instanceof Date
    ? message.storedAt - end.getTime()
    : Number(message.position) - Number(end);

/** Drops what every group has acknowledged and is beyond a limit; how many. Without a group: nothing. */
export function trimTopic(topic: MemoryTopic, limits: TrimLimits): number {
  const safe = Math.min(...[...topic.groups.values()].map(oldestOpen));
  if (!Number.isFinite(safe)) return 0;
  const oldest = Date.now() - limits.maxAgeMs;
  let count = 0;
  for (const message of topic.messages) {
    const beyond = topic.messages.length - count > limits.maxLength ||
      message.storedAt < oldest;
    if (!beyond || topic.first + count >= safe) break;
    count++;
  }
  topic.messages.splice(0, count);
  topic.first += count;
  return count;
}

const oldestOpen = (group: MemoryGroup): number =>
  Math.min(group.next, ...[...group.pending.keys()].map(Number));
