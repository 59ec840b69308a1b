/**
 * The broker boundary: what Signalbox asks of the system that carries its events, and what every
 * adapter promises. Nothing of Redis or Kafka is visible above this file.
 *
 * What every adapter keeps (tests/conformance/ holds each one to it):
 *
 * - **Publish.** `publish` resolves when the broker has accepted every message, in the order given.
 *   If it rejects, any part of the batch may have been accepted: publish again. Doing so is harmless,
 *   because handlers are idempotent.
 * - **Order.** Messages with the same key reach a group in the order in which they were published.
 *   A redelivery may come after later messages of its key.
 * - **Acknowledge.** A batch is acknowledged when its handler resolves, and never before. An
 *   acknowledged message is not delivered to that group again.
 * - **Redelivery.** When a handler rejects, or its process dies, the messages of its batch are
 *   delivered again: to the same consumer, or to another of its group.
 * - **Groups.** Each group sees every message of a topic, from the first one kept; the consumers of a
 *   group share them, each message at exactly one at a time.
 * - **Cancel.** `close` lets the batch in hand finish and acknowledges it; what was fetched but not
 *   handled goes back. It resolves when nothing of the subscription is left running.
 * - **Reconnect.** A lost connection is made again, with backoff, until `close`. Only the first
 *   connection fails at once, with an error that names the address.
 * - **Replay.** A window is read and handled without moving any group. What the handler throws is passed
 *   on as it is.
 * - **Unavailable.** While the broker cannot be reached, does not answer, or refuses for now (it starts,
 *   has no leader, no memory or no room left), every call of a `Broker` that rejects does so with a
 *   `BrokerUnavailableError`, within half a minute; and with that only then. A publish may wait for the
 *   connection instead (on Redis it does): what it resolves for has been accepted all the same.
 */
import { z } from "zod";

/** The broker cannot be reached, or refuses for now: the same call may succeed later. */
export class BrokerUnavailableError extends Error {
  override readonly name = "BrokerUnavailableError";

  /** @param address where the broker is, for people: without user and password */
  constructor(address: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `the broker at ${address} cannot be reached, or refuses for now: ${why}`,
      { cause },
    );
  }
}

/** A message as the broker carries it: text only, so that every broker can carry every message. */
export interface Message {
  /** What order is kept for: the symbol. */
  readonly key: string;
  /** CloudEvents attributes by their names: `id`, `type`, `subject`, `time`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** JSON as text, as far as the broker is concerned: any string, up to 1 MB. */
  readonly data: string;
}

/** A message that the broker holds. */
export interface StoredMessage extends Message {
  /** Where it stands in its topic: opaque, unique in the topic, comparable by the adapter only. */
  readonly position: string;
  /** When the broker took it, in milliseconds since 1970, UTC. */
  readonly storedAt: number;
}

/** A message handed to a consumer. */
export interface Delivery extends StoredMessage {
  /** True if it may have been handed to a consumer of this group before. */
  readonly redelivered: boolean;
}

/** Resolves: the whole batch is acknowledged. Rejects: the whole batch is delivered again, later. */
export type BatchHandler = (
  batch: readonly Delivery[],
  signal: AbortSignal,
) => Promise<void>;

/** Something that went wrong and was mended, and that an operator should know of. */
export interface Incident {
  /** `group-recreated`, `trimmed-while-pending`, `connection-rebuilt`, `taken-over`, … */
  readonly kind: string;
  readonly detail: string;
}

export interface SubscribeOptions {
  /** The consumer's name: stable over restarts, held by one process at a time. */
  readonly consumer: string;
  /** The most messages in one batch; 500 unless told. */
  readonly batch?: number;
  readonly onIncident?: (incident: Incident) => void;
}

export interface Subscription {
  /** Resolves after `close`; rejects when the loop dies for a reason that trying again cannot mend. */
  readonly closed: Promise<void>;
  /** When the last read completed, empty or not, in ms since 1970: the health of the subscription. */
  readonly lastReadAt: number;
  /** Takes over deliveries stranded at dead consumers of the group; resolves to how many. */
  recover(): Promise<number>;
  /** Hands out no further batch until `resume`; the one in hand is finished. */
  pause(): void;
  resume(): void;
  /** Finishes the batch in hand, acknowledges it and leaves; see "Cancel" above. */
  close(): Promise<void>;
}

/** A part of a topic; both ends belong to it. A Date is compared with `storedAt`, a text is a position. */
export interface Window {
  readonly from?: Date | string;
  readonly to?: Date | string;
}

export interface ReadOptions extends Window {
  /** The most messages to return; 100 unless told. */
  readonly limit?: number;
  /** Newest first, from the end of the window. */
  readonly newestFirst?: boolean;
}

export interface ReplayOptions extends Window {
  readonly batch?: number;
  readonly signal?: AbortSignal;
  /** Called after each batch with how many were handled so far, and how many the window held, if known. */
  readonly onProgress?: (done: number, total: number | null) => void;
}

export interface TrimLimits {
  /** Keep at least this many of the newest messages, … */
  readonly maxLength: number;
  /** … and drop what is older than this. Either limit is enough to drop what every group acknowledged. */
  readonly maxAgeMs: number;
  /** A foreign group keeps at most so many of the newest messages from being dropped; 0: all. */
  readonly foreignLimit?: number;
  /** Told of each foreign group that had not acknowledged something that was dropped. */
  readonly onPassedOver?: (group: string) => void;
}

const count = z.int().min(0);

// What a broker tells of itself: declared once, for the adapters, for the API and for its document.
export const groupStatusSchema = z.object({
  group: z.string(),
  lag: count.nullable().describe("Not yet delivered; null: not known"),
  pending: count.describe("Delivered and not yet acknowledged"),
  consumers: count,
  oldest_ms: z.number().nullable().describe(
    "Since the broker took the oldest that is not acknowledged; null: there is none, or it is not known",
  ),
  removed_by: z.string().nullable()
    .describe(
      "Of a foreign group, which another program made, and which keeps what it has not " +
        "acknowledged from being trimmed: the command that removes it",
    ),
}).meta({ id: "Group" });

export const pendingMessageSchema = z.object({
  position: z.string(),
  consumer: z.string(),
  idle_ms: z.number()
    .describe("Since it was delivered, or since its lease was renewed"),
  deliveries: count,
}).meta({ id: "PendingEvent" });

export const durabilitySchema = z.object({
  loss_window: z.string()
    .describe("What a power cut may lose, for people: `up to 1 s (…)`"),
  loss_window_ms: z.number().nullable()
    .describe("Null: everything since the start"),
  warnings: z.array(z.string())
    .describe("Settings that endanger events, each with the line to change"),
}).meta({ id: "Durability" });

export type GroupStatus = Readonly<z.infer<typeof groupStatusSchema>>;
export type PendingMessage = Readonly<z.infer<typeof pendingMessageSchema>>;
export type Durability = Readonly<z.infer<typeof durabilitySchema>>;

/** What an adapter can do beyond the promises above; callers ask before they use it. */
export interface BrokerFeatures {
  /** Survives a restart of the process and of the broker. */
  readonly durable: boolean;
  /** Lists single pending messages with their consumers. */
  readonly pendingEntries: boolean;
  /** Trims by what the groups have acknowledged; otherwise the broker keeps to its own retention. */
  readonly trims: boolean;
  /** Reads and replays windows by time. */
  readonly timeWindows: boolean;
}

export interface Broker {
  /** `redis`, `kafka` or `memory`. */
  readonly name: string;
  readonly features: BrokerFeatures;
  publish(topic: string, messages: readonly Message[]): Promise<void>;
  subscribe(
    topic: string,
    group: string,
    handler: BatchHandler,
    options: SubscribeOptions,
  ): Subscription;
  /** How many messages the topic holds; 0 if there is no such topic. */
  depth(topic: string): Promise<number>;
  groups(topic: string): Promise<GroupStatus[]>;
  /** The oldest pending messages of a group; empty where `features.pendingEntries` is false. */
  pending(
    topic: string,
    group: string,
    limit?: number,
  ): Promise<PendingMessage[]>;
  read(topic: string, options?: ReadOptions): Promise<StoredMessage[]>;
  /** Hands a window to a handler; resolves to how many messages were handled; rejects if the handler does. */
  replay(
    topic: string,
    handler: BatchHandler,
    options?: ReplayOptions,
  ): Promise<number>;
  /**
   * Drops what every group has acknowledged and is beyond a limit, and of what only foreign ones have not,
   * what is beyond theirs too; resolves to how many were dropped.
   */
  trim(topic: string, limits: TrimLimits): Promise<number>;
  /** What survives a power cut, as the broker is configured now. */
  durability(): Promise<Durability>;
  /** Resolves when the broker answers; rejects if it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
