/** Whether an error says that a server is away, and which: decided here alone. */
import { BrokerUnavailableError } from "../broker/broker.ts";
import { unavailableServer as awayOf } from "../db/errors.ts";

/** The broker cannot be reached, or refuses for now. */
export function isBrokerAway(error: unknown): boolean {
  return error instanceof BrokerUnavailableError;
}

/** Who is away, for people: `PostgreSQL`, `Redis`, `the broker`; null if the error says nothing of that. */
export function unavailableServer(error: unknown): string | null {
  return isBrokerAway(error) ? "the broker" : awayOf(error);
}
