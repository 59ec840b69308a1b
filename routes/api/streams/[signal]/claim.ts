import { z } from "zod";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { signalParams } from "../../../../api/fields.ts";
import { findSignal } from "../../../../api/find.ts";

export const handler = api({
  POST: endpoint({
    summary: "Takes over, now, what dead consumers left pending",
    description: "Isolates do so by themselves, every few seconds.",
    params: signalParams,
    answers: { 200: z.object({ claimed: z.int() }) },
    problems: ["unknown-signal", "refused"],
  }, async ({ services, params }) => {
    const { name } = findSignal(services, params.signal);
    return reply(200, { claimed: await services.claim(name) });
  }),
});
