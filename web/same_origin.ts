/** Keeps other sites from acting in the name of whoever has the dashboard open (CSRF). */
import { type Context, HttpError } from "fresh";

/**
 * Refuses a request that changes something if a browser sent it for a page of another site. Programs
 * send neither header and pass. Browsers send `Sec-Fetch-Site` where the page is trustworthy (https,
 * localhost), and `Origin` everywhere; behind a proxy that must keep the `Host`.
 */
export function sameOrigin<State>(ctx: Context<State>): Promise<Response> {
  const { method, headers } = ctx.req;
  if (["GET", "HEAD", "OPTIONS"].includes(method)) return ctx.next();
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const own = site !== null
    ? site === "same-origin" || site === "none"
    : origin === null || hostOf(origin) === ctx.url.host;
  if (own) return ctx.next();
  throw new HttpError(403, `refused: sent by a page of ${origin ?? site}`);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
