/** What the cases of the conformance suite work with: a broker under test, topics of their own, patience. */
import { sleep } from "../../wait.ts";
import type {
  BatchHandler,
  Broker,
  Delivery,
  Message,
  Subscription,
} from "../../broker/broker.ts";

/** The broker under test. What a broker does not have (a server, for one) is left out. */
export interface Harness {
  /** Connects a new client: another one each time. */
  connect(): Promise<Broker>;
  /** An address where nothing listens, and an attempt to connect to it. */
  readonly absent?: { readonly address: string; connect(): Promise<Broker> };
  /** Ends the server as a crash would, without a word to its clients. */
  stopServer?(): Promise<void>;
  /** Starts it again at the same address, with the same data. */
  startServer?(): Promise<void>;
  /** Waits until the client has given back what it grew by for large messages. */
  shrink?(): Promise<void>;
  close(): Promise<void>;
}

/** What one case works with: a topic and a group that no other case uses. */
export interface Fixture {
  readonly harness: Harness;
  readonly topic: string;
  readonly group: string;
  /** A new client, closed after the case. */
  connect(): Promise<Broker>;
  /** A subscription, closed after the case. */
  subscribe(
    broker: Broker,
    handler: BatchHandler,
    options?: { group?: string; consumer?: string; batch?: number },
  ): Subscription;
}

export interface Case {
  readonly name: string;
  /** False: the broker says that it does not have what this case is about. */
  readonly applies?: (broker: Broker, harness: Harness) => boolean;
  /** It ends processes that were started before it: the sanitizers would call that a leak. */
  readonly restarts?: boolean;
  /** Sends messages that a client may grow by. */
  readonly large?: boolean;
  run(fixture: Fixture): Promise<void>;
}

/** Runs one case on a topic of its own and closes whatever it opened. */
export async function runCase(one: Case, harness: Harness): Promise<boolean> {
  const brokers: Broker[] = [];
  const subscriptions: Subscription[] = [];
  const connect = async () => {
    const broker = await harness.connect();
    brokers.push(broker);
    return broker;
  };
  try {
    if (one.applies && !one.applies(await connect(), harness)) return false;
    await one.run(openFixture(harness, connect, subscriptions));
    return true;
  } finally {
    await Promise.all(subscriptions.map((s) => s.close()));
    await Promise.all(brokers.map((b) => b.close()));
    if (one.large) await harness.shrink?.();
  }
}

function openFixture(
  harness: Harness,
  connect: () => Promise<Broker>,
  opened: Subscription[],
): Fixture {
  const topic = `case-${crypto.randomUUID().slice(0, 13)}`;
  return {
    harness,
    topic,
    group: topic,
    connect,
    subscribe(broker, handler, options = {}) {
      const subscription = broker.subscribe(
        topic,
        options.group ?? topic,
        handler,
        { consumer: options.consumer ?? "first", batch: options.batch ?? 100 },
      );
      subscription.closed.catch(() => {}); // the cases that mean it look for themselves
      opened.push(subscription);
      return subscription;
    },
  };
}

export function message(key: string, n: number, data?: string): Message {
  return {
    key,
    attributes: {
      id: `${key}:${n}`,
      type: "signalbox.case",
      subject: key,
      time: new Date(1_700_000_000_000 + n * 1000).toISOString(),
      v: "1",
    },
    data: data ?? JSON.stringify({ n }),
  };
}

/** `count` messages, spread over `keys` keys in turn; the nth of all has the number n. */
export function messages(count: number, keys = 1, from = 0): Message[] {
  return Array.from(
    { length: count },
    (_, i) => message(`K${(from + i) % keys}`, from + i),
  );
}

export const idOf = (message: Message): string => message.attributes.id ?? "";
export const ids = (all: readonly Message[]): string[] => all.map(idOf);

export interface Collected {
  readonly seen: Delivery[];
  readonly handler: BatchHandler;
  readonly ids: () => string[];
}

/** A handler that keeps what it was given, once `before` has let it through. */
export function collect(before?: BatchHandler): Collected {
  const seen: Delivery[] = [];
  return {
    seen,
    ids: () => ids(seen),
    handler: async (batch, signal) => {
      await before?.(batch, signal);
      seen.push(...batch);
    },
  };
}

/** Tries `check` again until it no longer throws; a rebalance takes seconds, so the patience is long. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  withinMs = 40_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  while (true) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await sleep(20);
  }
}
