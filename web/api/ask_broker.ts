/** Questions to the broker, with its refusals in the words of the API. */
import type { Broker } from "../../broker/broker.ts";
import { isUnavailable } from "../../db/client.ts";
import type { Services } from "../../runtime/services.ts";
import { ProblemError } from "./problem.ts";

/** @throws {ProblemError} `unavailable` if the broker is away, `invalid-request` for a bad position. */
export async function askBroker<T>(
  { broker }: Services,
  ask: (broker: Broker) => Promise<T>,
): Promise<T> {
  try {
    return await ask(broker);
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) {
      throw new ProblemError("invalid-request", cause.message, { cause });
    }
    if (!isUnavailable(cause)) throw cause;
    throw new ProblemError(
      "unavailable",
      `The broker (${broker.name}) cannot be reached, or refuses for now; ` +
        "GET /readyz says more",
      { cause, headers: { "retry-after": "5" } },
    );
  }
}

/** The window of a request as the broker takes it. */
export function windowOf(
  { broker }: Services,
  { from, to }: {
    from?: Date | string | undefined;
    to?: Date | string | undefined;
  },
): { from?: Date | string; to?: Date | string } {
  const timed = from instanceof Date || to instanceof Date;
  if (timed && !broker.features.timeWindows) {
    throw new ProblemError(
      "invalid-request",
      `The broker (${broker.name}) finds nothing by time; give positions`,
    );
  }
  if (from instanceof Date && to instanceof Date && from > to) {
    throw new ProblemError(
      "invalid-request",
      `from (${from.toISOString()}) has to be at or before to`,
    );
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
