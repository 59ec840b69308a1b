/** The API as one Hono application: every endpoint of every subject, and an answer for everything else. */
import { Hono } from "hono";
import type { Services, Status } from "../host/services.ts";
import type { Log } from "../engine/actor.ts";
import { nameRequest } from "../engine/spans.ts";
import { alerts } from "./alerts.ts";
import { actors } from "./actors.ts";
import { deadLetters } from "./dead_letters.ts";
import type { Endpoint, Method } from "./endpoint.ts";
import { events } from "./events.ts";
import { asProblem, inTime } from "./failure.ts";
import { describing } from "./openapi.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { lists } from "./lists.ts";
import { signals } from "./signals.ts";
import { status } from "./status.ts";
import { streams } from "./streams.ts";
import { watchlist } from "./watchlist.ts";

const subjects: readonly Endpoint[] = [
  ...[
    watchlist,
    lists,
    signals,
    actors,
    streams,
    deadLetters,
    alerts,
    events,
    status,
  ]
    .flat(),
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
    const ofPath = byPath.get(path)!;
    app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), async ({ req, env }) => {
      const asked = req.method === "HEAD" ? "GET" : req.method;
      const endpoint = ofPath.find(({ method }) => method === asked);
      if (!endpoint) return otherMethod(req.method, ofPath);
      nameRequest(asked, path);
      const answer = endpoint.answer(req.raw, req.param(), env);
      const { slow } = endpoint.declaration;
      const response = await (slow ? answer : inTime(env.status, answer));
      return req.method === "HEAD" ? await withLength(response) : response;
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
  return async (request: Request, services: Needs & Basics) =>
    await app.fetch(request, services);
}

/** Answers every request that `endpoints` are for. */
export const api = createApi<Services>(endpoints);

/** Hono leaves the body out of the answer to HEAD; its length is told. An endless one must not go on unread. */
async function withLength(response: Response): Promise<Response> {
  const { headers, body } = response;
  if (headers.get("content-type")?.startsWith("text/event-stream")) {
    await body?.cancel();
    return new Response(null, response);
  }
  const { length } = await response.bytes();
  const answer = new Response(null, response);
  if (body) answer.headers.set("content-length", `${length}`);
  return answer;
}

function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

/** OPTIONS is answered with what is allowed at a path, and any other method refused with it. */
function otherMethod(asked: string, known: readonly { method: Method }[]) {
  const methods: string[] = known.map(({ method }) => method);
  if (methods.includes("GET")) methods.push("HEAD");
  const headers = { allow: [...methods, "OPTIONS"].join(", ") };
  if (asked === "OPTIONS") return new Response(null, { status: 204, headers });
  const detail = `${asked} is not allowed here; allowed: ${headers.allow}`;
  throw new ProblemError("method-not-allowed", detail, { headers });
}
