import { HttpError } from "fresh";
import { define } from "../../define.ts";

export const handler = define.middleware([
  async (ctx) => {
    ctx.state.steps.push("api-1");
    try {
      return await ctx.next();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { status, message } = error;
      return Response.json({ status, detail: message }, {
        status,
        headers: { "content-type": "application/problem+json" },
      });
    }
  },
  (ctx) => {
    ctx.state.steps.push("api-2");
    return ctx.next();
  },
]);
