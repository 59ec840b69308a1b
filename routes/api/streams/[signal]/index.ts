import { streamSchema } from "../../../../web/api/answers.ts";
import { askBroker } from "../../../../web/api/ask_broker.ts";
import { api, endpoint, reply } from "../../../../web/api/endpoint.ts";
import { signalParams } from "../../../../web/api/fields.ts";
import { findSignal } from "../../../../web/api/find.ts";

export const handler = api({
  GET: endpoint({
    summary: "How long a stream is, and how far its groups have read it",
    params: signalParams,
    answers: { 200: streamSchema },
    problems: ["unknown-signal"],
  }, async ({ services, params }) => {
    const signal = findSignal(services, params.signal).name;
    const [depth, groups] = await askBroker(
      services,
      (broker) => Promise.all([broker.depth(signal), broker.groups(signal)]),
    );
    const broker = services.brokerName;
    return reply(200, { signal, broker, depth, groups });
  }),
});
