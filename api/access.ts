/** Who may ask for what: the checks that every request passes before it reaches a route. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { parse, serialize } from "hono/utils/cookie";
import type { About } from "../host/services.ts";
import { ProblemError } from "./problem.ts";

/** Monitors ask these without a token, under whatever name they know the machine by. */
export const open: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** Why a request is refused; undefined if it is not. */
export function refusalOf(
  request: Request,
  url: URL,
  { accessToken }: Pick<About, "accessToken">,
): ProblemError | undefined {
  if (open.has(url.pathname)) return undefined;
  if (accessToken === null && isPublicName(url.hostname)) {
    const detail =
      `Signalbox does not serve the name "${url.hostname}" without a token: ` +
      "set ACCESS_TOKEN, or use an address, localhost or a private name";
    return new ProblemError("foreign-host", detail);
  }
  if (url.pathname === "/login") return undefined;
  if (isLetIn(request, accessToken)) return undefined;
  return new ProblemError(
    "unauthorized",
    "Send the ACCESS_TOKEN as `Authorization: Bearer <token>`, or log in at /login",
    { headers: { "www-authenticate": "Bearer" } },
  );
}

/**
 * True for a name that a stranger may have in public DNS. Such a name can be made to lead to this
 * machine (DNS rebinding), and then the stranger's page is of "our" origin. Without an access token
 * only names that no stranger can own are served: addresses, single words, and the private endings.
 */
export function isPublicName(hostname: string): boolean {
  const isAddress = /^\[|^\d+\.\d+\.\d+\.\d+$/.test(hostname);
  if (isAddress || !hostname.includes(".")) return false;
  return !/\.(localhost|local|lan|internal|home\.arpa|test)\.?$/i
    .test(hostname);
}

/** True if a person waits for a page, and can be sent to the login. */
export function isForPage(request: Request, url: URL): boolean {
  return request.method === "GET" && !url.pathname.startsWith("/api/") &&
    (request.headers.get("accept") ?? "").includes("text/html");
}

/** The path to go on to after the login; `/` for whatever would lead to another site. */
export function localPath(path: string | null): string {
  const base = "http://here.invalid";
  const url = URL.parse(path ?? "", base);
  if (!path?.startsWith("/") || url?.origin !== base) return "/";
  return url.pathname + url.search;
}

const cookieName = "signalbox_session";

/** True if there is no token, or the request carries it as a bearer, or the cookie made from it. */
export function isLetIn(request: Request, token: string | null): boolean {
  if (token === null) return true;
  const bearer = /^Bearer +(\S+)$/i
    .exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer !== undefined) return sameText(bearer, token);
  const cookies = request.headers.get("cookie") ?? "";
  const session = parse(cookies, cookieName)[cookieName];
  return session !== undefined && sameText(session, sessionOf(token));
}

/** Compares in a time that tells nothing of the texts, not even their lengths. */
export function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => hmac("compare", text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** What the cookie holds: made from the token, so that a new token ends every session, and not the token. */
function sessionOf(token: string): string {
  return hmac(token, "signalbox session").digest("hex");
}

function hmac(key: string, text: string) {
  return createHmac("sha256", key).update(text);
}

/** The `Set-Cookie` of a login: for this site's own pages only, and for no script. */
export function sessionCookie(token: string, secure: boolean): string {
  return serialize(cookieName, sessionOf(token), {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    secure,
    maxAge: 30 * 24 * 60 * 60,
  });
}
