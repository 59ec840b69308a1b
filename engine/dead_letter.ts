/** The record of an event that could not be handled. */
import type { Delivery } from "../broker/broker.ts";
import type { NewDeadLetter } from "../db/dead_letters.ts";
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
