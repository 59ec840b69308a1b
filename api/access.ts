/** Who may ask for what: the checks that every request passes before it reaches a route. */
import type { About, Services } from "../host/services.ts";
import { addressOf, createGuesses, type Guesses } from "./guesses.ts";
import { ProblemError } from "./problem.ts";
import { sameText, sessionOf } from "./sessions.ts";

/** What the checks need to know. */
export type Guard = Pick<Services, "sessions" | "log"> & {
  readonly about: Pick<About, "accessToken">;
};

/** A request, and where it comes from; that is unknown where it came over no connection. */
export interface Asking {
  readonly req: Request;
  readonly url: URL;
  readonly info?: Partial<Deno.ServeHandlerInfo>;
}

const guesses = new WeakMap<Guard["sessions"], Guesses>();

/** The wrong tokens that these services have seen. */
const guessesOf = ({ sessions, log }: Guard): Guesses =>
  guesses.getOrInsertComputed(sessions, () => createGuesses(log));

/** Monitors ask these without a token. */
export const open: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** Requests of which the door has seen that they may be told everything. */
const known = new WeakSet<Request>();

const addresses = new WeakMap<Request, string>();

/** Where a request that has come to the door comes from. */
export function addressOfKnown(request: Request): string {
  return addresses.get(request) ?? "unknown";
}

/** True if whoever asks may be told everything: there is no token, or it came along. */
export function isKnown(
  request: Request,
  { accessToken }: Pick<About, "accessToken">,
): boolean {
  return accessToken === null || known.has(request);
}

/** Why a request is refused; undefined if it is not. */
export async function refusalOf(
  asking: Asking,
  guard: Guard,
): Promise<ProblemError | undefined> {
  const { pathname, hostname } = asking.url;
  addresses.set(asking.req, addressOf(asking.req, asking.info?.remoteAddr));
  const { accessToken } = guard.about;
  // A check from outside, by whatever name, may ask whether the process lives: that tells a stranger nothing.
  if (pathname === "/healthz") return undefined;
  if (accessToken === null) {
    return isPublicName(hostname) ? foreignHost(hostname) : undefined;
  }
  if (pathname === "/login") return undefined;
  const wait = bearerOf(asking.req) === undefined
    ? undefined
    : waitOf(asking, guard);
  if (wait && pathname !== "/readyz") return wait;
  if (!wait && await isLetIn(asking, guard)) {
    return void known.add(asking.req);
  }
  // Monitors need no token to see the state.
  if (pathname === "/readyz") return undefined;
  return new ProblemError(
    "unauthorized",
    "Send the ACCESS_TOKEN as `Authorization: Bearer <token>`, or log in at /login",
    { headers: { "www-authenticate": "Bearer" } },
  );
}

function foreignHost(name: string): ProblemError {
  const detail = `Signalbox does not serve the name "${name}" without a ` +
    "token: set ACCESS_TOKEN, or use an address, localhost or a private name";
  return new ProblemError("foreign-host", detail);
}

/** Why an address has to wait before it may give another token; undefined if it need not. */
export function waitOf(
  { req }: Asking,
  guard: Guard,
): ProblemError | undefined {
  const waitMs = guessesOf(guard).waitMs(addressOfKnown(req));
  if (waitMs === 0) return undefined;
  const seconds = Math.ceil(waitMs / 1000);
  return new ProblemError(
    "too-many-guesses",
    `Too many wrong access tokens from this address: try again in ${seconds} s`,
    { headers: { "retry-after": `${seconds}` } },
  );
}

/** True if this is the access token; a wrong one is held against the address. */
export function isToken(
  given: string,
  { req }: Asking,
  guard: Guard,
): boolean {
  const { accessToken } = guard.about;
  if (accessToken === null || sameText(given, accessToken)) return true;
  guessesOf(guard).add(addressOfKnown(req));
  return false;
}

/** True if there is no token, or the request carries it as a bearer, or has a session. */
async function isLetIn(
  asking: Asking,
  guard: Guard,
): Promise<boolean> {
  const { accessToken } = guard.about;
  if (accessToken === null) return true;
  const bearer = bearerOf(asking.req);
  if (bearer !== undefined) return isToken(bearer, asking, guard);
  const session = sessionOf(asking.req, accessToken);
  return session !== null && !await guard.sessions.has(session.id);
}

function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization") ?? "";
  return /^Bearer +(\S+)$/i.exec(header)?.[1];
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
