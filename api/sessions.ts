/**
 * A session of the dashboard: a cookie that says who and until when, signed by the access token. So it ends by
 * its time and when the token changes, without anything being kept; a logout is kept (db/sessions.ts).
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { parse, serialize } from "hono/utils/cookie";

export interface Session {
  readonly id: string;
  readonly until: Date;
}

const cookieName = "signalbox_session";
const lastsSeconds = 7 * 24 * 60 * 60;

/** The `Set-Cookie` of a login: for this site's own pages only, and for no script. */
export function sessionCookie(token: string, secure: boolean): string {
  const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const until = Math.floor(Date.now() / 1000) + lastsSeconds;
  return cookie(signed(`${id}.${until}`, token), lastsSeconds, secure);
}

/** The `Set-Cookie` of a logout. */
export function noCookie(secure: boolean): string {
  return cookie("", 0, secure);
}

function cookie(value: string, maxAge: number, secure: boolean): string {
  const limits = { path: "/", httpOnly: true, sameSite: "Strict" } as const;
  return serialize(cookieName, value, { ...limits, secure, maxAge });
}

/** The session that a request brings; null if there is none, or it is over, or of another token. */
export function sessionOf(request: Request, token: string): Session | null {
  const cookies = request.headers.get("cookie") ?? "";
  const text = parse(cookies, cookieName)[cookieName] ?? "";
  const [id = "", seconds = ""] = text.split(".");
  if (!sameText(text, signed(`${id}.${seconds}`, token))) return null;
  const until = new Date(Number(seconds) * 1000);
  return until.getTime() > Date.now() ? { id, until } : null;
}

function signed(text: string, token: string): string {
  return `${text}.${hmac(token, `signalbox session ${text}`).digest("hex")}`;
}

/** Compares in a time that tells nothing of the texts, not even their lengths. */
export function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => hmac("compare", text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function hmac(key: string, text: string) {
  return createHmac("sha256", key).update(text);
}

/** True if the browser speaks TLS: to a proxy in front, which says so; the first of several names the browser's side. */
export function isSecure(request: Request, url: URL): boolean {
  const told = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim();
  return url.protocol === "https:" || told === "https";
}
