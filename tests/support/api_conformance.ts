/** Holds an answer to what its endpoint declares: the status, the type, and each field. */
import assert from "node:assert/strict";
import { endpoints } from "../../api/app.ts";
import type { Method } from "../../api/endpoint.ts";
import { problemSchema } from "../../api/problem.ts";
import type { Api } from "./api_system.ts";

/** `GET /api/actors/{name}` for each endpoint that there is. */
export const everyEndpoint = endpoints
  .map(({ method, path }) => `${method} ${path}`);

/** The endpoints that were asked through `ask`. */
export const asked = new Set<string>();

// deno-lint-ignore no-explicit-any -- each test knows what it asked for
export type Body = any;

/** Sends a request, checks the answer against the declaration, and resolves to its body. */
export async function ask(
  api: Api,
  method: Method,
  path: string,
  body?: unknown,
): Promise<{ status: number; headers: Headers; body: Body }> {
  const response = await api.send(method, path, body);
  const { status, headers } = response;
  const text = await response.text();
  const { name, answers } = declarationOf(method, path);
  asked.add(name);
  const answer = answers[status];
  assert.ok(answer, `${name} does not declare ${status}: ${text}`);
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  if ("content" in answer) {
    const schema = answer.content[type];
    assert.ok(schema, `${name} does not declare ${type}`);
    const given = type === "application/json" ? JSON.parse(text) : text;
    assert.deepEqual(schema.parse(given), given);
    return { status, headers, body: given };
  }
  if (status === 204) {
    assert.equal(text, "");
    return { status, headers, body: null };
  }
  assert.equal(type, "application/json");
  // A schema drops what it does not name: what it keeps has to be all.
  assert.deepEqual(answer.parse(JSON.parse(text)), JSON.parse(text));
  return { status, headers, body: JSON.parse(text) };
}

function declarationOf(method: Method, path: string) {
  const { pathname } = new URL(path, "http://localhost");
  const found = endpoints
    .filter((one) => one.method === method)
    .filter((one) => patternOf(one.path).test({ pathname }))
    .sort((a, b) => count(a.path) - count(b.path))[0];
  assert.ok(found, `${method} ${path} is declared`);
  const { answers } = found.declaration;
  return { name: `${method} ${found.path}`, answers };
}

function patternOf(path: string): URLPattern {
  return new URLPattern({ pathname: path.replaceAll(/\{(\w+)\}/g, ":$1") });
}

function count(path: string): number {
  return path.split("{").length;
}

/** Checks that an answer is a problem of this kind, and resolves to it. */
export async function problemOf(
  response: Response,
  status: number,
  kind: string,
): Promise<Body> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  const problem = JSON.parse(text);
  assert.deepEqual(problemSchema.parse(problem), problem);
  assert.equal(problem.type, `urn:signalbox:problem:${kind}`);
  assert.equal(problem.status, status);
  return problem;
}
