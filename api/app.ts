/** The API as one Hono application: every endpoint of every subject, and an answer for everything else. */
import { Hono } from "hono";
import type { Services, Status } from "../host/services.ts";
import type { Log } from "../engine/actor.ts";
import { actors } from "./actors.ts";
import { deadLetters } from "./dead_letters.ts";
import { inTime } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { events } from "./events.ts";
import { asProblem } from "./failure.ts";
import { describing } from "./openapi.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { signals } from "./signals.ts";
import { status } from "./status.ts";
import { streams } from "./streams.ts";
import { watchlist } from "./watchlist.ts";

const subjects: readonly Endpoint[] = [
  ...watchlist,
  ...signals,
  ...actors,
  ...streams,
  ...deadLetters,
  ...events,
  ...status,
];

export const endpoints: readonly Endpoint[] = [
  ...subjects,
  describing(subjects),
];

/** Whatever it answers with, an API looks at what is away, and logs what no client is told. */
export interface Basics {
  readonly status: Pick<Status, "health">;
  readonly log: Log;
}

/** Answers a request; never rejects. */
export type Api<Needs> = (
  request: Request,
  services: Needs & Basics,
) => Promise<Response>;

export function createApi<Needs>(
  endpoints: readonly Endpoint<Needs>[],
): Api<Needs> {
  const app = new Hono<{ Bindings: Needs & Basics }>();
  for (const [path, ofPath] of byPath(endpoints)) {
    app.all(
      path.replaceAll(/\{(\w+)\}/g, ":$1"),
      (c) => answer(ofPath, c.req.raw, c.req.param(), c.env),
    );
  }
  app.notFound((c) => nothingAt(new URL(c.req.url).pathname));
  return async (request, services) => await app.fetch(request, services);
}

/** The application that serves, with all endpoints. */
export const api: Api<Services> = createApi(endpoints);

/** In the order of their paths, in which a brace stands behind every letter: fixed words come first. */
function byPath<Needs>(endpoints: readonly Endpoint<Needs>[]) {
  return [...Map.groupBy(endpoints, ({ path }) => path)]
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** Programs get a problem, not a page. */
function nothingAt(path: string): Response {
  const detail = `There is nothing at ${path}; ` +
    "GET /api/openapi.json lists what there is";
  return problemResponse(new ProblemError("not-found", detail), path);
}

async function answer<Needs>(
  ofPath: readonly Endpoint<Needs>[],
  request: Request,
  params: Record<string, string>,
  services: Needs & Basics,
): Promise<Response> {
  try {
    const response = await dispatch(ofPath, request, params, services);
    if (request.method !== "HEAD") return response;
    // An endless body would go on unread.
    await response.body?.cancel();
    return new Response(null, response);
  } catch (error) {
    const problem = asProblem(error, services.log);
    return problemResponse(problem, new URL(request.url).pathname);
  }
}

async function dispatch<Needs>(
  ofPath: readonly Endpoint<Needs>[],
  request: Request,
  params: Record<string, string>,
  services: Needs & Basics,
): Promise<Response> {
  const { method } = request;
  const asked = method === "HEAD" ? "GET" : method;
  const endpoint = ofPath.find((one) => one.method === asked);
  if (!endpoint) return refuseMethod(ofPath, method);
  const response = endpoint.answer(request, params, services);
  return endpoint.declaration.slow
    ? await response
    : await inTime(services.status, response);
}

/** OPTIONS is answered, with what is allowed. */
function refuseMethod(
  ofPath: readonly Endpoint<never>[],
  method: string,
): Response {
  const methods: string[] = ofPath.map((one) => one.method);
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = [...methods, "OPTIONS"].join(", ");
  if (method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow } });
  }
  throw new ProblemError(
    "method-not-allowed",
    `${method} is not allowed here; allowed: ${allow}`,
    { headers: { allow } },
  );
}
