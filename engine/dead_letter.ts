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
  /** As it came first: any text, whether or not it could be decoded. */
  readonly message: Message;
  readonly reason: Reason;
  /** The reason for people. */
  readonly error: string;
  readonly stack: string | null;
  readonly attempts: number;
  /** The redrive or the replay in which it failed; none: the stream as it comes. */
  readonly run?: string | undefined;
}

/** The attribute of a redriven message: which redrive sent it. Its letter is told how that ended. */
export const redriveAttribute = "redrive";

/** Where they are kept: one for each event, with the history of what happened to it. */
export interface DeadLetterLedger {
  /** Recording one twice (same topic, position and run) is harmless. */
  add(letters: readonly NewDeadLetter[]): Promise<void>;
  /** Which of these positions of a topic were dead letters: why, or null if their event is handled by now. */
  known(
    topic: string,
    positions: readonly string[],
  ): Promise<ReadonlyMap<string, Reason | null>>;
  /**
   * Tells the letters of those deliveries that their event is handled by now. Only what was redriven has
   * a letter, unless told which positions have one.
   */
  handled(
    topic: string,
    deliveries: readonly Delivery[],
    run?: LetteredRun,
  ): Promise<void>;
}

/** A replay, and the positions in it that were dead letters. */
export interface LetteredRun {
  readonly run: string;
  readonly positions: Pick<ReadonlySet<string>, "has">;
}

export function deadLetter(
  topic: string,
  reason: Reason,
  { position, key, attributes: all, data }: Delivery,
  error: unknown,
  attempts: number,
): NewDeadLetter {
  const { [redriveAttribute]: run, ...attributes } = all;
  return {
    actor: topic,
    topic,
    position,
    message: { key, attributes, data },
    reason,
    error: explain(error),
    stack: error instanceof Error ? error.stack ?? null : null,
    attempts,
    run,
  };
}
