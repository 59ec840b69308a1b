/** The span of what was delivered: in the trace of the scan that published it, although a batch has events of many. */
import { currentTraceparent, inSpan, startSpan, tracing } from "./spans.ts";
import { type Stored, traceIdOf } from "./trace.ts";

/** Of more traces in one batch than any scan brings, the rest have no span: another program writes them so. */
const mostTraces = 50;
/** As many as OpenTelemetry keeps. */
const mostLinks = 128;

/**
 * Runs `work` in a span of the first event's trace. Each further trace has a span of its own, at the same
 * time, with a link to the first: what one statement does for all of them is told once.
 */
export async function inDelivery(
  actor: string,
  items: readonly Stored[],
  work: () => Promise<void>,
): Promise<void> {
  if (!tracing) return await work();
  const traces = Map.groupBy(
    items,
    ({ event, delivery }) =>
      traceIdOf(event.traceparent ?? delivery.attributes.traceparent),
  );
  const [first, ...others] = [...traces.values()].slice(0, mostTraces);
  const name = `deliver ${actor}`;
  await inSpan(name, needsOf(actor, first!, []), async () => {
    const link = currentTraceparent();
    const ends = others.map((items) =>
      startSpan(name, needsOf(actor, items, link ? [link] : []))
    );
    const end = (error?: unknown) => ends.forEach((end) => end(error));
    await work().then(() => end(), (error) => {
      end(error);
      throw error;
    });
  });
}

/** Its parent is what published the first; what published others of the same trace is linked. */
function needsOf(
  actor: string,
  items: readonly Stored[],
  links: readonly string[],
) {
  const causes = new Set(
    items.flatMap(({ event, delivery }) =>
      event.traceparent ?? delivery.attributes.traceparent ?? []
    ),
  );
  const [parent = null, ...rest] = causes;
  return {
    kind: "consumer",
    parent,
    links: [...links, ...rest].slice(0, mostLinks),
    startTime: items[0]!.deliveredAt,
    attributes: {
      "messaging.operation.type": "process",
      "messaging.consumer.group.name": actor,
      "messaging.batch.message_count": items.length,
    },
  } as const;
}
