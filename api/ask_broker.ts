/** Questions to the broker, with its refusals in the words of the API. */
import type { Broker, ReadOptions, StoredMessage } from "../broker/broker.ts";
import { isUnavailable } from "../db/client.ts";
import type { Services } from "../host/services.ts";
import { report } from "./failure.ts";
import { ProblemError } from "./problem.ts";

/** @throws {ProblemError} `unavailable` if the broker is away. */
export async function askBroker<T>(
  services: Services,
  ask: (broker: Broker) => Promise<T>,
): Promise<T> {
  const { broker } = services;
  try {
    return await ask(broker);
  } catch (cause) {
    if (!isUnavailable(cause)) throw cause;
    throw new ProblemError(
      "unavailable",
      `The broker (${broker.name}) cannot be reached, or refuses for now; ` +
        "GET /readyz says more",
      { cause, headers: { "retry-after": "5" } },
    );
  }
}

/**
 * Reads a window. Positions are opaque here: only the broker can tell that a text is none of its own.
 * @throws {ProblemError} `invalid-request` for what is no position
 */
export async function readWindow(
  services: Services,
  topic: string,
  window: ReadOptions,
): Promise<StoredMessage[]> {
  try {
    return await askBroker(services, (broker) => broker.read(topic, window));
  } catch (cause) {
    const positions = [window.from, window.to]
      .filter((end) => typeof end === "string");
    if (positions.length === 0 || cause instanceof ProblemError) throw cause;
    if (!(cause instanceof TypeError)) {
      report(services, "a window could not be read", cause);
    }
    throw new ProblemError(
      "invalid-request",
      `No position of this stream: ${positions.join(", ")}; take one from ` +
        `GET /api/streams/${topic}/events`,
      { cause },
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
