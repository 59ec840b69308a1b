/** Who may ask for what: the checks that every request passes before it reaches a route. */
import type { Services } from "../host/services.ts";
import { ProblemError } from "./problem.ts";
import { isPublicName } from "./host_name.ts";
import { isLetIn } from "./token.ts";

/** Monitors ask these without a token, under whatever name they know the machine by. */
const open = new Set(["/healthz", "/readyz"]);

/** Why a request is refused; undefined if it is not. */
export function refusalOf(
  request: Request,
  url: URL,
  { accessToken }: Pick<Services, "accessToken">,
): ProblemError | undefined {
  if (open.has(url.pathname)) return undefined;
  if (accessToken === null && isPublicName(url.hostname)) {
    return new ProblemError(
      "foreign-host",
      `Signalbox does not serve the name "${url.hostname}" without a token: ` +
        "set ACCESS_TOKEN, or use an address, localhost or a private name",
    );
  }
  if (accessToken === null || url.pathname === "/login") return undefined;
  if (isLetIn(request, accessToken)) return undefined;
  return new ProblemError(
    "unauthorized",
    "Send the ACCESS_TOKEN as `Authorization: Bearer <token>`, or log in at /login",
    { headers: { "www-authenticate": "Bearer" } },
  );
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
