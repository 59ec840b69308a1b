/**
 * An endpoint is declared once: its schemas validate what comes in, type the function that answers,
 * and become its part of the OpenAPI document.
 */
import { z } from "zod";
import type { Services } from "../host/services.ts";
import { pathFields } from "./fields.ts";
import { bodyOf, check, queryOf } from "./input.ts";
import { mayBeKept, revalidate } from "./revalidate.ts";
import type { Kind } from "./problem.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer in other formats than JSON, or in several. */
export interface Media {
  readonly description: string;
  readonly content: Readonly<Record<string, z.ZodType>>;
}

export type Answers = Readonly<Record<number, z.ZodType | Media>>;

type JsonOf<Answer> = Answer extends
  | z.ZodType<infer Body>
  | { readonly content: { readonly "application/json": z.ZodType<infer Body> } }
  ? Body
  : never;

/** A status and a body that the declaration allows, or a finished response. */
export type Reply<A extends Answers> =
  | Response
  | {
    [S in keyof A & number]: {
      readonly status: S;
      readonly body: JsonOf<A[S]>;
      readonly headers?: Readonly<Record<string, string>>;
    };
  }[keyof A & number];

/** An answer as JSON; `null` as the body stands for none. */
export function reply<S extends number, const Body>(
  status: S,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
) {
  return { status, body, headers };
}

export interface Declaration<
  Q = unknown,
  B = unknown,
  A extends Answers = Answers,
> {
  readonly summary: string;
  readonly description?: string;
  /** A strict object: what it does not name is refused. Without it, no parameter is allowed. */
  readonly query?: z.ZodType<Q>;
  /** Optional if the schema is. Without it, only an empty body or `{}` is allowed. */
  readonly body?: z.ZodType<B>;
  /** By status; `null` as the body stands for none. */
  readonly answers: A;
  /** The problems that are its own; those that any endpoint may answer go without saying. */
  readonly problems?: readonly Kind[];
  /** True if a client may keep the answer, and asks with its `ETag` whether it is still the same. */
  readonly revalidated?: boolean;
  /** True if it may take longer than the deadline of every other endpoint. */
  readonly slow?: boolean;
}

/** The names in a path: `signal` in `/api/signals/{signal}/latest`. */
type NamesIn<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

export interface Call<Path, Q, B, Needs> {
  readonly params: Readonly<Record<NamesIn<Path>, string>>;
  readonly query: Q;
  readonly body: B;
  readonly services: Needs;
  readonly request: Request;
}

/** A declared endpoint with the types of its input rubbed out, as the application and the document see it. */
export interface Endpoint<Needs = Services> {
  readonly method: Method;
  /** With parameters as OpenAPI has them, checked by their names: `/api/actors/{name}`. */
  readonly path: string;
  readonly params: z.ZodType;
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
    const Path extends string,
    const A extends Answers,
    Q = Record<never, never>,
    B = undefined,
  >(
    method: Method,
    path: Path,
    declaration: Declaration<Q, B, A>,
    answer: (call: Call<Path, Q, B, Needs>) => Promise<Reply<A>> | Reply<A>,
  ): Endpoint<Needs> => {
    const params = paramsOf(path);
    return {
      method,
      path,
      params,
      declaration,
      answer: async (request, inPath, services) => {
        const call = {
          params: check(params, inPath, "path"),
          ...await read(declaration, request),
          services,
          request,
        };
        const given = await answer(call as Call<Path, Q, B, Needs>);
        const response = respond(given, declaration.revalidated);
        return await revalidate(request, response);
      },
    };
  };
}

function paramsOf(path: string): z.ZodType {
  const names = path.matchAll(/\{(\w+)\}/g);
  return z.strictObject(
    Object.fromEntries(names.map(([, name]) => [name, pathFields[name!]!])),
  );
}

/** What the request brings, checked; what is not declared has to be absent. */
async function read(
  { query = none, body = noBody }: Declaration,
  request: Request,
) {
  const reads = request.method === "GET" || request.method === "HEAD";
  return {
    query: check(query, queryOf(new URL(request.url)), "query"),
    body: reads ? undefined : check(body, await bodyOf(request), "body"),
  };
}

function respond(
  answer: Reply<Record<number, z.ZodType>>,
  revalidated = false,
): Response {
  if (answer instanceof Response) return answer;
  const { status, body } = answer;
  const kept = revalidated && status === 200 ? mayBeKept : "no-store";
  const headers = { "cache-control": kept, ...answer.headers };
  const init = { status, headers };
  return body === null ? new Response(null, init) : Response.json(body, init);
}
