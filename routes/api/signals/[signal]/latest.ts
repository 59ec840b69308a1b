import { z } from "zod";
import { latestSchema } from "../../../../api/answers.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { signalParams, symbol } from "../../../../api/fields.ts";
import { findSignal, refuseUnknownSymbol } from "../../../../api/find.ts";

export const handler = api({
  GET: endpoint({
    summary: "The newest value of each symbol, or of one",
    params: signalParams,
    query: z.strictObject({ symbol: symbol.optional() }),
    answers: {
      200: z.object({ signal: z.string(), values: z.array(latestSchema) }),
    },
    problems: ["unknown-signal", "not-found"],
  }, async ({ services, params, query }) => {
    const { name } = findSignal(services, params.signal);
    const one = query.symbol;
    const found = await services.latest(name, one ? [one] : undefined);
    if (one && found.size === 0) await refuseUnknownSymbol(services, name, one);
    const values = [...found.values()].sort((a, b) =>
      a.symbol < b.symbol ? -1 : 1
    );
    return reply(200, { signal: name, values });
  }),
});
