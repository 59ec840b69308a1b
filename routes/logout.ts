import { isSecure, noCookie, sessionOf } from "../api/sessions.ts";
import { define } from "../pages/define.ts";

/** Ends the session, on every host, and leads to the login. */
export const handler = define.handlers({
  async POST(ctx) {
    const { about: { accessToken }, sessions } = ctx.state.services;
    const session = accessToken === null
      ? null
      : sessionOf(ctx.req, accessToken);
    if (session) await sessions.add(session.id, session.until);
    const response = ctx.redirect("/login", 303);
    const cookie = noCookie(isSecure(ctx.req, ctx.url));
    response.headers.append("set-cookie", cookie);
    return response;
  },
});
