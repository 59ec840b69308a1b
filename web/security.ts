/** What keeps other sites out, on `web/` and on Fresh. */
import { type Context, HttpError } from "fresh";
import { secureHeaders } from "hono/secure-headers";

/** The headers of every answer: nothing but this site's own files runs, and no other site may frame it. */
export const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    styleSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  // With "no-referrer" a form would be sent with `Origin: null`, which `sameOrigin` refuses.
  referrerPolicy: "same-origin",
  // Whether this host is always reached by https is for the proxy in front of it to say.
  strictTransportSecurity: false,
});

/**
 * Keeps other sites from acting in the name of whoever has the dashboard open (CSRF): refuses a request that changes something if a browser sent it for a page of another site. Programs
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
    : origin === null || URL.parse(origin)?.host === ctx.url.host;
  if (own) return ctx.next();
  throw new HttpError(403, `refused: sent by a page of ${origin ?? site}`);
}
