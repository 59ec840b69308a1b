import { define } from "../define.ts";

export default define.middleware(async (ctx) => {
  ctx.state.steps.push("root");
  const response = await ctx.next();
  response.headers.set("x-steps", ctx.state.steps.join(" "));
  return response;
});
