import { define } from "../../define.ts";

// deno-lint-ignore fresh-handler-export -- Fresh takes both names
export const handlers = define.handlers({
  GET: (ctx) => ctx.json({ year: ctx.params.year ?? null }),
});
