import { z } from "zod";
import { api, endpoint, reply } from "../api/endpoint.ts";

export const handler = api({
  GET: endpoint({
    summary: "The process answers; nothing else is looked at",
    answers: { 200: z.object({ status: z.literal("ok") }) },
  }, () => reply(200, { status: "ok" })),
});
