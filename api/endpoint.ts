/**
 * An endpoint is declared once: its schemas validate what comes in, type the function that answers,
 * and become its part of the OpenAPI document.
 */
import { z } from "zod";
import type { Services } from "../host/services.ts";
import { bodyOf, check, queryOf } from "./input.ts";
import type { Kind } from "./problem.ts";

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

export interface Declaration<
  P = unknown,
  Q = unknown,
  B = unknown,
  A extends Answers = Answers,
> {
  readonly summary: string;
  readonly description?: string;
  /** Of the path; each of its parameters has to be declared. */
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

export interface Call<P, Q, B, Needs> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly services: Needs;
}

/** A declared endpoint with the types of its input rubbed out, as the application and the document see it. */
export interface Endpoint<Needs = Services> {
  readonly method: Method;
  /** With parameters as OpenAPI has them: `/api/actors/{name}`. */
  readonly path: string;
  readonly declaration: Declaration;
  answer(
    request: Request,
    params: Readonly<Record<string, string>>,
    services: Needs,
  ): Promise<Response>;
}

const none = z.strictObject({});
const noBody = none.optional();

/** The function that declares the endpoints of a subject; `Needs` are the services that they use. */
export function endpointsWith<Needs>() {
  return <
    const A extends Answers,
    P = Record<never, never>,
    Q = Record<never, never>,
    B = undefined,
  >(
    method: Method,
    path: string,
    declaration: Declaration<P, Q, B, A>,
    answer: (call: Call<P, Q, B, Needs>) => Promise<Reply<A>> | Reply<A>,
  ): Endpoint<Needs> => ({
    method,
    path,
    declaration,
    answer: async (request, params, services) => {
      const input = await read(declaration, request, params);
      return respond(
        await answer({ ...input, services } as Call<P, Q, B, Needs>),
      );
    },
  });
}

/** What the request brings, checked; what is not declared has to be absent. */
async function read(
  { params = none, query = none, body = noBody }: Declaration,
  request: Request,
  given: Readonly<Record<string, string>>,
) {
  const reads = request.method === "GET" || request.method === "HEAD";
  return {
    params: check(params, given, "path"),
    query: check(query, queryOf(new URL(request.url)), "query"),
    body: reads ? undefined : check(body, await bodyOf(request), "body"),
  };
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
