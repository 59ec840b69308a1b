import { HttpError } from "fresh";
import { ProblemError, problemResponse } from "../../api/problem.ts";
import { define } from "../../pages/define.ts";

/** What is refused before it reaches an endpoint is told to programs as a problem too, not as a page. */
export default define.middleware(async (ctx) => {
  try {
    return await ctx.next();
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 403) throw error;
    const { message: detail, cause } = error;
    const problem = new ProblemError("cross-site", detail, { cause });
    return problemResponse(problem, ctx.url.pathname);
  }
});
