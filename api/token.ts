/** The access token: who shows it, in a header or by the cookie that the login sets. */
import { createHmac, timingSafeEqual } from "node:crypto";

const cookieName = "signalbox_session";

/** True if the request carries the token as a bearer, or the cookie made from it. */
export function isLetIn(request: Request, token: string): boolean {
  const bearer = /^Bearer +(\S+)$/i
    .exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer !== undefined) return sameText(bearer, token);
  const session = cookieOf(request);
  return session !== undefined && sameText(session, sessionOf(token));
}

/** Compares in a time that tells nothing of the texts, not even their lengths. */
export function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Uint8Array {
  return createHmac("sha256", "compare").update(text).digest();
}

/** What the cookie holds: made from the token, so that a new token ends every session, and not the token. */
function sessionOf(token: string): string {
  return createHmac("sha256", token).update("signalbox session").digest("hex");
}

function cookieOf(request: Request): string | undefined {
  const cookies = (request.headers.get("cookie") ?? "").split(/; */);
  const prefix = `${cookieName}=`;
  return cookies.find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length);
}

/** The `Set-Cookie` of a login: for this site's own pages only, and for no script. */
export function sessionCookie(token: string, secure: boolean): string {
  const days30 = 30 * 24 * 60 * 60;
  return `${cookieName}=${sessionOf(token)}; Path=/; HttpOnly; ` +
    `SameSite=Strict; Max-Age=${days30}${secure ? "; Secure" : ""}`;
}
