import { define } from "../../pages/define.ts";
import { ProblemError, problemResponse } from "../../api/problem.ts";

/** Every path under /api that no route has: programs get a problem, not a page. */
export const handler = define.handlers((ctx) => {
  const { pathname } = ctx.url;
  const problem = new ProblemError(
    "not-found",
    `There is nothing at ${pathname}; GET /api/openapi.json lists what there is`,
  );
  return problemResponse(problem, pathname);
});
