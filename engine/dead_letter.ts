/** The record of an event that could not be handled. */
import type { Delivery, Message } from "../broker/broker.ts";
import { explain } from "./log.ts";

/**
 * Why an event is a dead letter: it is no event (`decode`), of a version without an upgrade (`version`),
 * refused by the schema (`schema`), by the handler or the database for good (`permanent`), failed too
 * often (`retries-exhausted`), or ended its isolate too often (`killed-its-isolate`).
 */
export type Reason =
  | "decode"
  | "version"
  | "schema"
  | "permanent"
  | "retries-exhausted"
  | "killed-its-isolate";

export interface NewDeadLetter {
  readonly actor: string;
  readonly topic: string;
  readonly position: string;
  /** As it came: any text, whether or not it could be decoded. */
  readonly message: Message;
  readonly reason: Reason;
  /** The reason for people. */
  readonly error: string;
  readonly stack: string | null;
  readonly attempts: number;
}

/** Where they are kept. */
export interface DeadLetterLedger {
  /** Recording one twice (same topic and position) is harmless. */
  add(letters: readonly NewDeadLetter[]): Promise<void>;
  /** Which of these positions of a topic are dead letters. */
  known(topic: string, positions: readonly string[]): Promise<Set<string>>;
}

export function deadLetter(
  topic: string,
  reason: Reason,
  { position, key, attributes, data }: Delivery,
  error: unknown,
  attempts: number,
): NewDeadLetter {
  return {
    actor: topic,
    topic,
    position,
    message: { key, attributes, data },
    reason,
    error: explain(error),
    stack: error instanceof Error ? error.stack ?? null : null,
    attempts,
  };
}
