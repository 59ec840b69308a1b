/** A topic in memory: its messages, what each group has had of them, and the loop of one consumer. */
import type {
  BatchHandler,
  Message,
  StoredMessage,
  SubscribeOptions,
  Subscription,
  TrimLimits,
  Window,
} from "./broker.ts";
import { backoffMs, createBell } from "../wait.ts";

interface Pending {
  readonly consumer: string;
  readonly at: number;
  readonly deliveries: number;
}

/** A batch that goes back to the group at `dueAt`. */
interface Returned {
  readonly batch: readonly StoredMessage[];
  readonly attempt: number;
  readonly dueAt: number;
}

export class MemoryGroup {
  /** By position. */
  readonly pending = new Map<string, Pending>();
  /** The consumer of each subscription. */
  readonly members = new Map<MemorySubscription, string>();
  readonly returned: Returned[] = [];
  /** The number of the next message that no consumer has had. */
  #next: number;

  constructor(private readonly topic: MemoryTopic, first: number) {
    this.#next = first;
  }

  get lag(): number {
    return this.topic.end - this.#next;
  }

  /** The number of the oldest message that is not acknowledged. */
  get oldestOpen(): number {
    return Math.min(this.#next, ...[...this.pending.keys()].map(Number));
  }

  /** Since when the oldest message that is not acknowledged is there, in milliseconds; null without one. */
  get oldestMs(): number | null {
    const [oldest] = this.topic.from(this.oldestOpen, 1);
    return oldest ? Date.now() - oldest.storedAt : null;
  }

  /** What was returned and is due, or else the next messages that nobody has had. */
  take(consumer: string, most: number): Returned | null {
    const at = Date.now();
    const due = this.returned.findIndex((one) => one.dueAt <= at);
    const next = due >= 0 ? this.returned.splice(due, 1)[0]! : this.#new(most);
    const pending = { consumer, at, deliveries: next.attempt };
    for (const { position } of next.batch) this.pending.set(position, pending);
    return next.batch.length > 0 ? next : null;
  }

  #new(most: number): Returned {
    const batch = this.topic.from(this.#next, most);
    this.#next += batch.length;
    return { batch, attempt: 1, dueAt: 0 };
  }
}

export class MemoryTopic {
  readonly groups = new Map<string, MemoryGroup>();
  /** Rings when something can be handed out. */
  readonly bell = createBell();
  readonly #messages: StoredMessage[] = [];
  /** The number of the oldest message kept. */
  #first = 1;

  get size(): number {
    return this.#messages.length;
  }

  /** The number of the next message to come. */
  get end(): number {
    return this.#first + this.#messages.length;
  }

  /** The group, made at the oldest message unless it is there. */
  group(name: string): MemoryGroup {
    const group = this.groups.get(name) ?? new MemoryGroup(this, this.#first);
    this.groups.set(name, group);
    return group;
  }

  append(messages: readonly Message[]): void {
    for (const { key, attributes, data } of messages) {
      this.#messages.push({
        key,
        attributes: { ...attributes },
        data,
        position: String(this.end),
        storedAt: Date.now(),
      });
    }
    this.bell.ring();
  }

  from(number: number, most: number): StoredMessage[] {
    const start = number - this.#first;
    return this.#messages.slice(start, start + most);
  }

  /** The messages of a window, oldest first. */
  window({ from, to }: Window): StoredMessage[] {
    return this.#messages.filter((message) =>
      (from === undefined || compare(message, from) >= 0) &&
      (to === undefined || compare(message, to) <= 0)
    );
  }

  /** Drops what every group has acknowledged and is beyond a limit; how many. Without a group: nothing. */
  trim({ maxLength, maxAgeMs }: TrimLimits): number {
    if (this.groups.size === 0) return 0;
    const open = [...this.groups.values()].map((group) => group.oldestOpen);
    const safe = Math.min(...open) - this.#first;
    const oldest = Date.now() - maxAgeMs;
    const excess = this.size - maxLength;
    const kept = this.#messages.findIndex(({ storedAt }, i) =>
      i >= safe || i >= excess && storedAt >= oldest
    );
    const count = kept < 0 ? this.size : kept;
    this.#messages.splice(0, count);
    this.#first += count;
    return count;
  }
}

/** Nobody takes a batch over while it is handled. */
const never = new AbortController().signal;

const compare = (message: StoredMessage, end: Date | string): number =>
  end instanceof Date
    ? message.storedAt - end.getTime()
    : Number(message.position) - Number(end);

export class MemorySubscription implements Subscription {
  readonly closed: Promise<void>;
  lastReadAt = Date.now();
  readonly #group: MemoryGroup;
  #paused = false;
  #closing = false;

  constructor(
    private readonly topic: MemoryTopic,
    group: string,
    private readonly handler: BatchHandler,
    { consumer, batch = 500 }: SubscribeOptions,
  ) {
    this.#group = topic.group(group);
    this.#group.members.set(this, consumer);
    this.closed = this.#run(consumer, batch)
      .finally(() => this.#group.members.delete(this));
  }

  /** A consumer in memory cannot die alone: what it had goes back when its handler rejects. */
  recover(): Promise<number> {
    return Promise.resolve(0);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.topic.bell.ring();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.topic.bell.ring();
    await this.closed;
  }

  async #run(consumer: string, most: number): Promise<void> {
    while (!this.#closing) {
      this.lastReadAt = Date.now();
      const next = this.#paused ? null : this.#group.take(consumer, most);
      if (next) await this.#handOut(next);
      else await this.topic.bell.wait(this.#waitMs());
    }
  }

  async #handOut({ batch, attempt }: Returned): Promise<void> {
    const redelivered = attempt > 1;
    const deliveries = batch.map((one) => ({ ...one, redelivered }));
    try {
      await this.handler(deliveries, never);
      for (const one of batch) this.#group.pending.delete(one.position);
    } catch {
      const dueAt = Date.now() + backoffMs(attempt);
      this.#group.returned.push({ batch, attempt: attempt + 1, dueAt });
      this.topic.bell.ring();
    }
  }

  /** A second at most, so that `lastReadAt` moves while nothing arrives. */
  #waitMs(): number {
    const due = this.#group.returned.map((one) => one.dueAt - Date.now());
    return Math.max(1, Math.min(1000, ...due));
  }
}
