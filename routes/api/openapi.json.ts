import { z } from "zod";
import { api, endpoint, reply } from "../../api/endpoint.ts";
import { openApi } from "../../api/openapi.ts";

export const handler = api({
  GET: endpoint({
    summary: "This API as an OpenAPI 3.1 document",
    answers: { 200: z.looseObject({ openapi: z.string() }) },
  }, async ({ services }) => reply(200, await openApi(services))),
});
