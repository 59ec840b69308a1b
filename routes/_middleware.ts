import { HttpError } from "fresh";
import { isForPage, refusalOf } from "../api/access.ts";
import { inTime, knownProblem } from "../api/failure.ts";
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

/** Longer than what a page can do without takes to be given up: it is drawn without that. */
const patience = { lookMs: 4_000, endMs: 10_000 };

/** Endpoints and `/metrics` have deadlines of their own, and what a form asks for may take its time. */
const isDrawn = ({ method }: Request, { pathname }: URL): boolean =>
  method === "GET" && !/^\/(api\/|metrics$)/.test(pathname);

/** The guard at the door of every route; on the way out, pages that have not changed are not sent again. */
export default define.middleware(async (ctx) => {
  const { req, url, route, state } = ctx;
  if (route) nameRequest(req.method, route);
  const refusal = await refusalOf(ctx, state.services);
  if (!refusal) {
    const { status } = state.services;
    // What programs read is the same for everybody.
    const isForProgram = url.pathname.startsWith("/api/");
    const locale = isForProgram ? undefined : localeOf(req);
    const answer = inLocale(locale, () => ctx.next());
    const response =
      await (isDrawn(req, url) ? inTime(status, answer, patience) : answer)
        .catch(told);
    return await revalidate(req, response);
  }
  if (refusal.kind === "unauthorized" && isForPage(req, url)) {
    const next = encodeURIComponent(url.pathname + url.search);
    return ctx.redirect(`/login?next=${next}`, 303);
  }
  return problemResponse(refusal, url.pathname);
});
