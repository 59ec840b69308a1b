import { define } from "../../define.ts";

// deno-lint-ignore fresh-handler-export -- Fresh takes both names
export const handlers = define.handlers({
  GET: (ctx) => Response.json({ year: ctx.params.year }),
});
