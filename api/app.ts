/** The API as one Hono application: every endpoint of every subject, and an answer for everything else. */
import { Hono } from "hono";
import type { Services, Status } from "../host/services.ts";
import type { Log } from "../engine/actor.ts";
import { actors } from "./actors.ts";
import { deadLetters } from "./dead_letters.ts";
import type { Endpoint } from "./endpoint.ts";
import { events } from "./events.ts";
import { asProblem, inTime } from "./failure.ts";
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

/** Whatever an endpoint uses, the API looks at what is away, and logs what no client is told. */
interface Basics {
  readonly status: Pick<Status, "health">;
  readonly log: Log;
}

/** What answers requests to these endpoints, given the services that they use. */
export function createApi<Needs>(endpoints: readonly Endpoint<Needs>[]) {
  const app = new Hono<{ Bindings: Needs & Basics }>();
  const byPath = Map.groupBy(endpoints, ({ path }) => path);
  // A brace stands behind every letter: the fixed words of a path come before its parameters.
  for (const path of [...byPath.keys()].sort()) {
    app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), ({ req, env }) => {
      const endpoint = endpointFor(req.raw, byPath.get(path)!);
      if (endpoint instanceof Response) return endpoint;
      const answer = endpoint.answer(req.raw, req.param(), env);
      const { slow } = endpoint.declaration;
      return forMethod(req.raw, slow ? answer : inTime(env.status, answer));
    });
  }
  app.notFound(({ req }) => {
    const there = "GET /api/openapi.json lists what there is";
    const detail = `There is nothing at ${pathOf(req.raw)}; ${there}`;
    throw new ProblemError("not-found", detail);
  });
  app.onError((error, { req, env }) =>
    problemResponse(asProblem(error, env.log), pathOf(req.raw))
  );
  return async (
    request: Request,
    services: Needs & Basics,
  ): Promise<Response> => await app.fetch(request, services);
}

/** Answers every request that `endpoints` are for. */
export const api = createApi<Services>(endpoints);

function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

/** Of those of a path; OPTIONS is answered with what is allowed. */
function endpointFor<Needs>(
  { method }: Request,
  ofPath: readonly Endpoint<Needs>[],
): Endpoint<Needs> | Response {
  const asked = method === "HEAD" ? "GET" : method;
  const endpoint = ofPath.find((one) => one.method === asked);
  if (endpoint) return endpoint;
  const methods: string[] = ofPath.map((one) => one.method);
  if (methods.includes("GET")) methods.push("HEAD");
  const headers = { allow: [...methods, "OPTIONS"].join(", ") };
  if (method === "OPTIONS") return new Response(null, { status: 204, headers });
  throw new ProblemError(
    "method-not-allowed",
    `${method} is not allowed here; allowed: ${headers.allow}`,
    { headers },
  );
}

/** HEAD takes no body, and an endless one must not go on unread. */
async function forMethod(
  { method }: Request,
  answer: Promise<Response>,
): Promise<Response> {
  const response = await answer;
  if (method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, response);
}
