import { z } from "zod";
import { api, endpoint } from "../../api/endpoint.ts";
import { feedOf } from "../../api/feed.ts";
import { symbol } from "../../api/fields.ts";
import { findSignal } from "../../api/find.ts";

export const handler = api({
  GET: endpoint({
    summary:
      "New values and changes of status as they come (server-sent events)",
    description:
      "`event: latest` has `{signal, symbol, at, value}`: first the values " +
      "that there are, then each new one, at most four a second of a symbol. " +
      "`event: status` has a list of the actors' states, when one changed.",
    query: z.strictObject({
      signal: z.string().optional(),
      symbol: symbol.optional(),
      render: z.enum(["cell"]).optional()
        .describe("Adds `html` to each value: its cell on the dashboard"),
    }),
    answers: {
      200: {
        description: "A stream that does not end by itself",
        content: { "text/event-stream": z.string() },
      },
    },
    problems: ["unknown-signal"],
  }, ({ services, query: { signal, symbol, render } }) => {
    if (signal !== undefined) findSignal(services, signal);
    return feedOf(services).join({ signal, symbol, cells: render === "cell" });
  }),
});
