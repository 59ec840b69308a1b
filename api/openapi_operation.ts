/** One endpoint as an operation of the OpenAPI document. */
import type { z } from "zod";
import type { Endpoint, Media, Method } from "./endpoint.ts";
import type { JsonSchema, SchemaBook } from "./openapi_schemas.ts";
import { type Kind, kinds, problemSchema } from "./problem.ts";

type Declaration = Endpoint["declaration"];

export function operation(
  method: Method,
  path: string,
  declaration: Declaration,
  book: SchemaBook,
): Record<string, unknown> {
  const { summary, description, params, query, body } = declaration;
  return {
    operationId: operationId(method, path),
    summary,
    ...(description ? { description } : {}),
    tags: [path.split("/").find((part) => part && part !== "api")],
    parameters: [
      ...parameters("path", params, book),
      ...parameters("query", query, book),
    ],
    ...(body ? { requestBody: requestBody(body, book) } : {}),
    responses: responses(method, declaration, book),
  };
}

/** `GET /api/dead-letters/{id}` is `getDeadLettersId`. */
function operationId(method: Method, path: string): string {
  const words = path.split(/[^a-zA-Z0-9]+/).filter((w) => w && w !== "api");
  const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);
  return method.toLowerCase() + words.map(capital).join("");
}

function parameters(
  place: "path" | "query",
  schema: z.ZodType | undefined,
  book: SchemaBook,
): unknown[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = book.of(schema) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }));
}

function requestBody(body: z.ZodType, book: SchemaBook): JsonSchema {
  return {
    required: !body.safeParse(undefined).success,
    content: { "application/json": { schema: book.of(body) } },
  };
}

interface Answer {
  description: string;
  content?: Record<string, { schema: JsonSchema }>;
}

function responses(
  method: Method,
  declaration: Declaration,
  book: SchemaBook,
): Record<string, Answer> {
  const found: Record<string, Answer> = {};
  for (const [status, answer] of Object.entries(declaration.answers)) {
    found[status] = described(status, answer, book);
  }
  for (const kind of problemsOf(method, declaration)) {
    const [status, title] = kinds[kind];
    const known = found[status];
    found[status] = {
      description: known ? `${known.description}; ${title}` : title,
      content: {
        ...known?.content,
        "application/problem+json": { schema: book.of(problemSchema) },
      },
    };
  }
  return found;
}

function described(
  status: string,
  answer: z.ZodType | Media,
  book: SchemaBook,
): Answer {
  if ("content" in answer) {
    const content = Object.entries(answer.content)
      .map(([type, schema]) => [type, { schema: book.of(schema) }]);
    return {
      description: answer.description,
      content: Object.fromEntries(content),
    };
  }
  if (status === "204") return { description: "Done; there is no body" };
  const description = answer.description ?? titles[status] ?? "The answer";
  return {
    description,
    content: { "application/json": { schema: book.of(answer) } },
  };
}

const titles: Record<string, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted: it goes on in the background",
  503: "Not ready",
};

/** Its own, and those that any endpoint of its kind may answer. */
function problemsOf(method: Method, declaration: Declaration): Kind[] {
  const writes = method !== "GET";
  return [
    ...(declaration.problems ?? []),
    "unauthorized",
    "foreign-host",
    ...(writes ? ["cross-site"] as const : []),
    ...(writes
      ? ["malformed-body", "body-too-large", "not-json"] as const
      : []),
    "invalid-request",
    "internal",
    "unavailable",
  ];
}
