/** The OpenAPI 3.1 document, made from the schemas that validate. */
import { z } from "zod";
import type { Services } from "../host/services.ts";
import {
  type Declaration,
  type Endpoint,
  endpointsWith,
  type Media,
  type Method,
  reply,
} from "./endpoint.ts";
import { type Kind, kinds, problemSchema } from "./problem.ts";

type Needs = Pick<Services, "about" | "catalog">;

/** The endpoint that tells of the others, and of itself. */
export function describing(others: readonly Endpoint[]): Endpoint {
  const itself: Endpoint = endpointsWith<Needs>()(
    "GET",
    "/api/openapi.json",
    {
      summary: "This API as an OpenAPI 3.1 document",
      answers: { 200: z.looseObject({ openapi: z.string() }) },
    },
    ({ services }) => reply(200, openApi([...others, itself], services)),
  );
  return itself;
}

function openApi(endpoints: readonly Endpoint[], { about, catalog }: Needs) {
  const book = schemaBook();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints.toSorted(byPath)) {
    const { method, path } = endpoint;
    (paths[path] ??= {})[method.toLowerCase()] = operation(endpoint, book);
  }
  for (const { name, schema } of catalog.actors.values()) {
    book.add(`data.${name}`, schema);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Signalbox",
      version: about.version,
      summary: "A market-data scanner in which every signal is its own actor",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    ...(about.accessToken === null ? {} : { security: [{ token: [] }] }),
    paths,
    components: {
      schemas: book.schemas,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function byPath(a: Endpoint, b: Endpoint): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

type JsonSchema = Record<string, unknown>;

/** The schemas of a document, each named one told once and referred to. */
interface SchemaBook {
  readonly schemas: Record<string, JsonSchema>;
  /** The JSON Schema of a zod schema; what has an id in it goes into the book. */
  of(schema: z.ZodType): JsonSchema;
  /** Adds the schema of an actor; its own definitions get its name before theirs. */
  add(name: string, schema: JsonSchema): void;
}

function schemaBook(): SchemaBook {
  const schemas: Record<string, JsonSchema> = {};

  /** Definitions move into the book, and references with them. */
  function inBook(schema: JsonSchema, prefix = ""): JsonSchema {
    const { $schema: _, $defs, ...rest } = schema;
    for (const [name, defined] of Object.entries($defs ?? {})) {
      const { id: _, ...known } = Object(defined);
      schemas[prefix + name] = redirect(known, prefix);
    }
    return redirect(rest, prefix);
  }

  return {
    schemas,
    add: (name, schema) => void (schemas[name] = inBook(schema, `${name}.`)),
    // As input: a client may meet fields that a later version adds.
    of: (schema) =>
      inBook(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })),
  };
}

function redirect(schema: JsonSchema, prefix: string): JsonSchema {
  const there = `#/components/schemas/${prefix}`;
  return JSON.parse(
    JSON.stringify(schema),
    (key, value) =>
      key === "$ref" && typeof value === "string"
        ? value.replace(/^#\/\$defs\//, there)
        : value,
  );
}

/** One endpoint as an operation of the document. */
function operation(
  { method, path, declaration }: Endpoint,
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

const titles: Record<string, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted: it goes on in the background",
  503: "Not ready",
};

function described(
  status: string,
  answer: z.ZodType | Media,
  book: SchemaBook,
): Answer {
  if (status === "204") return { description: "Done; there is no body" };
  const { description = titles[status] ?? "The answer" } = answer;
  const content = "content" in answer
    ? answer.content
    : { "application/json": answer };
  const types = Object.entries(content)
    .map(([type, schema]) => [type, { schema: book.of(schema) }]);
  return { description, content: Object.fromEntries(types) };
}

/** Its own, and those that any endpoint of its kind may answer. */
function problemsOf(method: Method, { problems = [] }: Declaration): Kind[] {
  const ofWrites: Kind[] = [
    "cross-site",
    "malformed-body",
    "body-too-large",
    "not-json",
  ];
  return [
    ...problems,
    "unauthorized",
    "foreign-host",
    ...(method === "GET" ? [] : ofWrites),
    "invalid-request",
    "internal",
    "unavailable",
  ];
}
