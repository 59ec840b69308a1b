import { z } from "zod";
import { api, endpoint } from "../api/endpoint.ts";

export const handler = api({
  GET: endpoint({
    summary: "Metrics in the text format of Prometheus",
    answers: {
      200: {
        description: "Counters, gauges and histograms",
        content: { "text/plain": z.string() },
      },
    },
  }, async ({ services }) =>
    new Response(await services.metrics(), {
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      },
    })),
});
