/**
 * What a reader asks of Redis, over a connection of its own: it blocks, it can die alone, and it is
 * replaced, never repaired.
 */
import type { Redis } from "ioredis";
import {
  connectRedis,
  disconnectRedis,
  isUnknownCommand,
} from "../../db/redis.ts";
import { deadline, DeadlineError } from "../../wait.ts";
import { type RawEntry, toText } from "./entries.ts";
import { ensureGroup, type GroupConsumer } from "./group.ts";
import { compareIds, type Entry } from "./stream.ts";

/**
 * Read at once: what is read is turned into messages in one go, and what comes of PostgreSQL meanwhile has to
 * wait for that.
 */
export const pageSize = 500;
/** A finite BLOCK, so that a read that never ends is known to be dead … */
export const blockMs = 2000;
/** … by then. */
const answerMs = blockMs + 3000;
const connectMs = 10_000;
/** Before every id. */
const none = "0-0";

type Connection = Awaited<ReturnType<typeof open>>;

export class Source {
  /** When the last answer came; a health check of the very connection that reads. */
  lastReadAt = Date.now();
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #hasGroup = false;
  /** After the group was made again: up to here, messages may have been handed out before. */
  #repeatedTo = none;
  #lostBecause = "";
  #blocked = false;

  constructor(
    private readonly url: string,
    private readonly consumer: GroupConsumer,
    /** Entries that are read at once, at most. */
    readonly page: number,
  ) {}

  /** Entries that are pending with us, after this id; deleted ones have no fields. */
  pendingAfter(id: string): Promise<Entry[]> {
    return this.#read(["STREAMS", this.consumer.stream, id]);
  }

  /** Entries that nobody in the group has had; empty after 2 s without one. */
  newEntries(): Promise<Entry[]> {
    this.#blocked = true;
    const { stream } = this.consumer;
    return this.#read(["BLOCK", blockMs, "STREAMS", stream, ">"])
      .finally(() => this.#blocked = false);
  }

  /**
   * The same, but none if there are none now.
   * @param before so many pages are asked for already, and come first: over a slow network each takes its time
   */
  waitingEntries(before: number): Promise<Entry[]> {
    const what = ["STREAMS", this.consumer.stream, ">"];
    return this.#read(what, (before + 1) * answerMs);
  }

  /** Makes the group unless it is there. */
  ensureGroup(): Promise<void> {
    return this.ask((redis) => this.#ensureGroup(redis));
  }

  /** True if somebody may have had the entry before the group was made again. */
  isRepeated(id: string): boolean {
    return this.#repeatedTo !== none && compareIds(id, this.#repeatedTo) <= 0;
  }

  async #ensureGroup(redis: Redis): Promise<void> {
    const readTo = await ensureGroup(redis, this.consumer, this.#hasGroup);
    if (!this.isRepeated(readTo)) this.#repeatedTo = readTo;
    this.#hasGroup = true;
  }

  /** Ends a blocked read early. */
  wake(): void {
    const id = this.#connection?.id ?? null;
    const commands = this.consumer.redis;
    // While the other connection is away, the command would wait for it, and then hit somebody else.
    if (!this.#blocked || id === null || commands.status !== "ready") return;
    commands.client("UNBLOCK", id).catch(() => {});
  }

  /** After an error: gives the connection up if it is of no more use, and says whether it was. */
  giveUp(error: unknown): boolean {
    const redis = this.#connection?.redis;
    const late = error instanceof DeadlineError;
    if (redis?.status === "ready" && !late) return false;
    if (redis) this.#lostBecause = (error as Error).message;
    if (redis) disconnectRedis(redis);
    this.#connection = undefined;
    return true;
  }

  /** Cuts whatever still waits. */
  close(): void {
    this.#closing.abort();
  }

  async #read(
    what: readonly (string | number)[],
    withinMs = answerMs,
  ): Promise<Entry[]> {
    const { group, consumer } = this.consumer;
    const from = ["GROUP", group, consumer, "COUNT", this.page];
    const reply = await this.ask(
      (redis) => redis.callBuffer("XREADGROUP", ...from, ...what),
      withinMs,
    ) as [stream: unknown, entries: RawEntry[]][] | null;
    return toText(reply?.[0]?.[1] ?? []);
  }

  /** Asks over the connection that reads, made anew if need be. */
  async ask<T>(
    request: (redis: Redis) => Promise<T>,
    withinMs = answerMs,
  ): Promise<T> {
    const { redis } = this.#connection ??= await this.#connect();
    const reply = await answerIn(request(redis), withinMs);
    this.lastReadAt = Date.now();
    return reply;
  }

  async #connect(): Promise<Connection> {
    const { group, consumer, stream, report } = this.consumer;
    const name = `${group}:${consumer}`;
    const connection = await open(this.url, name, this.#closing.signal);
    this.#connection = connection;
    if (!this.#hasGroup) await this.#ensureGroup(connection.redis);
    if (this.#lostBecause) {
      const detail = `${consumer} reads ${stream} again: ${this.#lostBecause}`;
      report({ kind: "connection-rebuilt", detail });
    }
    this.#lostBecause = "";
    return connection;
  }
}

/** Closed when `signal` aborts, also while it is being made. */
async function open(url: string, name: string, signal: AbortSignal) {
  signal.throwIfAborted();
  const redis = connectRedis(url, { blocking: true, name });
  const close = () => disconnectRedis(redis);
  signal.addEventListener("abort", close, { once: true });
  redis.once("end", () => signal.removeEventListener("abort", close));
  try {
    return { redis, id: await answerIn(clientId(redis), connectMs) };
  } catch (error) {
    close();
    throw error;
  }
}

const answerIn = <T>(reply: Promise<T>, ms: number): Promise<T> =>
  deadline(reply, ms, `no answer within ${ms} ms`);

/** Its number at the server; null where the server does not tell it. */
const clientId = (redis: Redis): Promise<number | null> =>
  redis.client("ID").catch((error) => {
    if (error.message.startsWith("NOPERM") || isUnknownCommand(error)) {
      return null;
    }
    throw error;
  });
