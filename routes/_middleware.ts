import { HttpError } from "fresh";
import { isForPage, refusalOf } from "../api/access.ts";
import { knownProblem } from "../api/failure.ts";
import { problemResponse } from "../api/problem.ts";
import { revalidate } from "../api/revalidate.ts";
import { nameRequest } from "../engine/spans.ts";
import { inLocale, localeOf } from "../pages/locale.ts";
import { define } from "../pages/define.ts";

/** A server that is away is no fault of the page. */
function told(error: unknown): never {
  const problem = error instanceof HttpError ? undefined : knownProblem(error);
  if (problem?.kind !== "unavailable") throw error;
  throw new HttpError(503, problem.message, { cause: error });
}

/** The guard at the door of every route; on the way out, pages that have not changed are not sent again. */
export default define.middleware(async (ctx) => {
  const { req, url, route, state } = ctx;
  if (route) nameRequest(req.method, route);
  const refusal = await refusalOf(ctx, state.services);
  if (!refusal) {
    // What programs read is the same for everybody.
    const isForProgram = url.pathname.startsWith("/api/");
    const locale = isForProgram ? undefined : localeOf(req);
    const answer = inLocale(locale, () => ctx.next().catch(told));
    return await revalidate(req, await answer);
  }
  if (refusal.kind === "unauthorized" && isForPage(req, url)) {
    const next = encodeURIComponent(url.pathname + url.search);
    return ctx.redirect(`/login?next=${next}`, 303);
  }
  return problemResponse(refusal, url.pathname);
});
