import { z } from "zod";
import type { StoredMessage } from "../../../../broker/broker.ts";
import { storedEventSchema } from "../../../../api/answers.ts";
import { readWindow, windowOf } from "../../../../api/ask_broker.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { edge, limit, signalParams } from "../../../../api/fields.ts";
import { findSignal } from "../../../../api/find.ts";

export const handler = api({
  GET: endpoint({
    summary:
      "The events that a stream holds, in a window of times or positions",
    params: signalParams,
    query: z.strictObject({
      from: edge.optional(),
      to: edge.optional(),
      limit: limit(1_000).default(100),
      order: z.enum(["oldest", "newest"]).default("oldest")
        .describe("Which come first, and which a limit leaves in"),
    }),
    answers: { 200: z.object({ events: z.array(storedEventSchema) }) },
    problems: ["unknown-signal"],
  }, async ({ services, params, query }) => {
    const signal = findSignal(services, params.signal).name;
    const options = {
      ...windowOf(services, query),
      limit: query.limit,
      newestFirst: query.order === "newest",
    };
    const events = await readWindow(services, signal, options);
    return reply(200, { events: events.map(asAnswer) });
  }),
});

function asAnswer(
  { position, storedAt, key, attributes, data }: StoredMessage,
) {
  const stored_at = new Date(storedAt).toISOString();
  return { position, stored_at, key, attributes, ...parsed(data) };
}

/** Anyone may write into a stream: what is no JSON is shown as the text that it is. */
function parsed(text: string): { data: unknown; malformed: boolean } {
  try {
    return { data: JSON.parse(text), malformed: false };
  } catch {
    return { data: text, malformed: true };
  }
}
