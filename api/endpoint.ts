/**
 * An endpoint is declared once: its schemas validate what comes in, type the function that answers,
 * and become its part of the OpenAPI document. `api` makes a route's handler of a few of them.
 */
import type { Context } from "fresh";
import { z } from "zod";
import type { Services } from "../host/services.ts";
import type { State } from "../pages/define.ts";
import { pathText } from "../pages/path_text.ts";
import { inTime } from "./deadline.ts";
import { asProblem } from "./failure.ts";
import { bodyOf, check, queryOf } from "./input.ts";
import { type Kind, ProblemError, problemResponse } from "./problem.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An answer in other formats than JSON, or in several. */
export interface Media {
  readonly description: string;
  readonly content: Readonly<Record<string, z.ZodType>>;
}

export type Answers = Readonly<Record<number, z.ZodType | Media>>;

/** A status and a body that the declaration allows, or a finished response. */
export type Reply<A extends Answers> =
  | Response
  | {
    [S in keyof A & number]: {
      readonly status: S;
      readonly body: A[S] extends z.ZodType<infer Body> ? Body : never;
      readonly headers?: Readonly<Record<string, string>>;
    };
  }[keyof A & number];

/** An answer as JSON; `null` as the body stands for none. */
export function reply<S extends number, const Body>(
  status: S,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): { status: S; body: Body; headers: Readonly<Record<string, string>> } {
  return { status, body, headers };
}

export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly services: Services;
}

export interface Declaration<P, Q, B, A extends Answers> {
  readonly summary: string;
  readonly description?: string;
  /** Of the path; a route with parameters has to declare each one. */
  readonly params?: z.ZodType<P>;
  /** A strict object: what it does not name is refused. Without it, no parameter is allowed. */
  readonly query?: z.ZodType<Q>;
  /** Optional if the schema is. Without it, only an empty body or `{}` is allowed. */
  readonly body?: z.ZodType<B>;
  /** By status; `null` as the body stands for none. */
  readonly answers: A;
  /** The problems that are its own; those that any endpoint may answer go without saying. */
  readonly problems?: readonly Kind[];
  /** True if it may take longer than the deadline of every other endpoint. */
  readonly slow?: boolean;
}

/** A declared endpoint with its types rubbed out, as the handler and the OpenAPI document see it. */
export interface Endpoint {
  readonly declaration: Declaration<unknown, unknown, unknown, Answers>;
  answer(ctx: Context<State>): Promise<Response>;
}

export type Endpoints = Readonly<Partial<Record<Method, Endpoint>>>;

/** A route's handler, which the OpenAPI document can be read from. */
export interface ApiHandler {
  (ctx: Context<State>): Promise<Response>;
  readonly endpoints: Endpoints;
}

const none = z.strictObject({});
const noBody = none.optional();

export function endpoint<
  const A extends Answers,
  P = Record<never, never>,
  Q = Record<never, never>,
  B = undefined,
>(
  declaration: Declaration<P, Q, B, A>,
  answer: (call: Call<P, Q, B>) => Promise<Reply<A>> | Reply<A>,
): Endpoint {
  return {
    declaration,
    answer: async (ctx) =>
      respond(await answer(await read(declaration, ctx) as Call<P, Q, B>)),
  };
}

/** What the request brings, checked; what is not declared has to be absent. */
async function read(
  { params, query, body }: Endpoint["declaration"],
  ctx: Context<State>,
): Promise<Call<unknown, unknown, unknown>> {
  const { method } = ctx.req;
  const reads = method === "GET" || method === "HEAD";
  return {
    params: check(params ?? none, decoded(ctx.params), "path"),
    query: check(query ?? none, queryOf(ctx.url), "query"),
    body: reads
      ? undefined
      : check(body ?? noBody, await bodyOf(ctx.req), "body"),
    services: ctx.state.services,
  };
}

function decoded(params: Context<State>["params"]): Record<string, string> {
  const pairs = Object.entries(params);
  return Object.fromEntries(pairs.map(([name, at]) => [name, pathText(at)]));
}

/** Answers each method by its endpoint, and every error by a problem. */
export function api(endpoints: Endpoints): ApiHandler {
  const handler = async (ctx: Context<State>): Promise<Response> => {
    try {
      return await dispatch(endpoints, ctx);
    } catch (error) {
      const problem = asProblem(error, ctx.state.services);
      return problemResponse(problem, ctx.url.pathname);
    }
  };
  return Object.assign(handler, { endpoints });
}

async function dispatch(
  endpoints: Endpoints,
  ctx: Context<State>,
): Promise<Response> {
  const { method } = ctx.req;
  const allow = allowed(endpoints);
  if (method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow } });
  }
  const found = endpoints[(method === "HEAD" ? "GET" : method) as Method];
  if (!found) {
    throw new ProblemError(
      "method-not-allowed",
      `${method} is not allowed here; allowed: ${allow}`,
      { headers: { allow } },
    );
  }
  const response = found.declaration.slow
    ? await found.answer(ctx)
    : await inTime(ctx.state.services, found.answer(ctx));
  if (method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, response);
}

function allowed(endpoints: Endpoints): string {
  const methods: string[] = Object.keys(endpoints);
  if (endpoints.GET) methods.push("HEAD");
  return [...methods, "OPTIONS"].join(", ");
}

interface JsonReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function respond(answer: Response | JsonReply): Response {
  if (answer instanceof Response) return answer;
  const { status, body } = answer;
  const headers = { "cache-control": "no-store", ...answer.headers };
  return body === null
    ? new Response(null, { status, headers })
    : Response.json(body, { status, headers });
}
