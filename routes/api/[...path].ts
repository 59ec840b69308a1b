import { api } from "../../api/app.ts";
import { define } from "../../pages/define.ts";

/** Everything below /api, whatever the method: `api/` knows what there is. */
export const handler = define.handlers((ctx) =>
  api(ctx.req, ctx.state.services)
);
