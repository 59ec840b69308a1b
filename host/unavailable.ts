/** Whether an error says that a server is away, and which: decided here alone. */
import { unavailableServer as awayOf } from "../db/client.ts";

/** Who is away, for people: `PostgreSQL`, `Redis`, `the broker`; null if the error says nothing of that. */
export function unavailableServer(error: unknown): string | null {
  return awayOf(error);
}
