/** The headers of every answer, on `web/` and on Fresh. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Nothing but this site's own files runs, and no other site may frame it. */
export function headers(): MiddlewareHandler {
  return secureHeaders({
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
    // With "no-referrer" a form would be sent with `Origin: null`, which web/same_origin.ts refuses.
    referrerPolicy: "same-origin",
    // Whether this host is always reached by https is for the proxy in front of it to say.
    strictTransportSecurity: false,
  });
}
