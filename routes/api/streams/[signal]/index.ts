import { streamSchema } from "../../../../api/answers.ts";
import { askBroker } from "../../../../api/ask_broker.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { signalParams } from "../../../../api/fields.ts";
import { findSignal } from "../../../../api/find.ts";

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
