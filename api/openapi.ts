/** The OpenAPI 3.1 document, made from the schemas that validate. */
import { z } from "zod";
import type { ActorDescription } from "../engine/protocol.ts";
import type { Services } from "../host/services.ts";
import { open } from "./access.ts";
import { type Endpoint, endpointsWith, reply } from "./endpoint.ts";
import { type Kind, kinds, problemSchema } from "./problem.ts";

type Needs = Pick<Services, "about" | "catalog">;

/** The endpoint that tells of the others, and of itself. */
export function describing(others: readonly Endpoint[]): Endpoint {
  const itself: Endpoint = endpointsWith<Needs>()("GET", "/api/openapi.json", {
    summary: "This API as an OpenAPI 3.1 document",
    answers: { 200: z.looseObject({ openapi: z.string() }) },
  }, ({ services }) => reply(200, openApi([...others, itself], services)));
  return itself;
}

function openApi(endpoints: readonly Endpoint[], { about, catalog }: Needs) {
  const book = schemaBook(catalog.actors);
  const asksToken = about.accessToken !== null;
  const byPath = Map.groupBy(endpoints, ({ path }) => path);
  const paths = [...byPath.keys()].sort().map((path) => {
    const operations = byPath.get(path)!.map((endpoint) =>
      [
        endpoint.method.toLowerCase(),
        operation(endpoint, book, asksToken),
      ] as const
    );
    return [path, Object.fromEntries(operations)] as const;
  });
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
    paths: Object.fromEntries(paths),
    components: {
      schemas: book.schemas,
      securitySchemes: { token: tokenScheme },
    },
  };
}

const tokenScheme = {
  type: "http",
  scheme: "bearer",
  description: "The ACCESS_TOKEN. Where none is set, none is asked for.",
};

type JsonSchema = Record<string, unknown>;

/** The schemas of a document, each named one told once and referred to. */
type SchemaBook = ReturnType<typeof schemaBook>;

function schemaBook(actors: ReadonlyMap<string, ActorDescription>) {
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
    /** The names that there are, of actors and so of signals. */
    names: [...actors.keys()],
    /** Adds the schema of an actor; its own definitions get its name before theirs. */
    add: (name: string, schema: JsonSchema) =>
      void (schemas[name] = inBook(schema, `${name}.`)),
    /**
     * The JSON Schema of a zod schema; what has an id in it goes into the book. As input: a client may
     * meet fields that a later version adds.
     */
    of: (schema: z.ZodType) =>
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

/** One endpoint as an operation of the document; what is undefined does not reach it. */
function operation(
  endpoint: Endpoint,
  book: SchemaBook,
  asksToken: boolean,
) {
  const { method, path, params, declaration } = endpoint;
  const { summary, description, query = z.object(), body } = declaration;
  const words = path.split(/\W+/).filter((word) => word && word !== "api");
  return {
    // `GET /api/dead-letters/{id}` is `getDeadLettersId`.
    operationId: method.toLowerCase() + words.map(capital).join(""),
    summary,
    description,
    // Where a token is needed at all, it is not for what monitors ask.
    security: open.has(path) ? [] : undefined,
    tags: [path.split("/").find((part) => part && part !== "api")],
    parameters: [
      ...parameters("path", params, book),
      ...parameters("query", query, book),
    ],
    requestBody: body && requestBody(body, book),
    responses: responses(endpoint, book, asksToken),
  };
}

function requestBody(body: z.ZodType, book: SchemaBook) {
  const { example, ...schema } = book.of(body);
  return {
    required: !body.safeParse(undefined).success,
    content: { "application/json": { schema, example } },
  };
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}

function parameters(
  place: "path" | "query",
  given: z.ZodType,
  book: SchemaBook,
): unknown[] {
  const { properties = {}, required = [] } = book.of(given) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, example, ...rest } = property;
    const told = { name, in: place, required: required.includes(name) };
    const [first] = book.names;
    return isName(name) && first !== undefined
      ? {
        ...told,
        description,
        example: first,
        schema: { ...rest, enum: book.names },
      }
      : { ...told, description, example, schema: rest };
  });
}

/** What `findActor` looks up: nothing but the actors' names is found. */
function isName(parameter: string): boolean {
  return parameter === "signal" || parameter === "name";
}

const titles: Record<string, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted: it goes on in the background",
  204: "Done; there is no body",
  304: "What the client has, by `If-None-Match`, is still so",
  503: "Not ready",
};

const etagHeader = {
  description: "To ask with, as `If-None-Match`",
  required: true,
  schema: { type: "string" },
};

/** Its answers and its problems, by status: one may stand for several. */
function responses(
  endpoint: Endpoint,
  book: SchemaBook,
  asksToken: boolean,
) {
  const byStatus: Record<string, { description: string; content?: object }> =
    {};
  const { answers, revalidated } = endpoint.declaration;
  const all = revalidated ? { ...answers, 304: z.null() } : answers;
  const headers = revalidated ? { headers: { etag: etagHeader } } : {};
  for (const [status, answer] of Object.entries(all)) {
    const { description = titles[status] ?? "The answer" } = answer;
    const formats = "content" in answer
      ? answer.content
      : { "application/json": answer };
    const content = Object.entries(formats)
      .map(([type, schema]) => [type, { schema: book.of(schema) }]);
    byStatus[status] = answer instanceof z.ZodNull
      ? { description, ...headers }
      : { description, ...headers, content: Object.fromEntries(content) };
  }
  for (const kind of problemsOf(endpoint)) {
    if (kind === "unauthorized" && !asksToken) continue;
    const [status, title] = kinds[kind];
    const known = byStatus[status];
    const schema = book.of(problemSchema);
    byStatus[status] = {
      description: known ? `${known.description}; ${title}` : title,
      content: { ...known?.content, "application/problem+json": { schema } },
    };
  }
  return byStatus;
}

/** Its own, and those that any endpoint of its kind may answer. */
function problemsOf({ method, path, declaration }: Endpoint): Kind[] {
  const ofActor = /\{(signal|name)\}/.test(path);
  const writes = method !== "GET";
  return [
    ...declaration.problems ?? [],
    ...(ofActor ? ["unknown-signal"] as const : []),
    ...(open.has(path)
      ? []
      : ["unauthorized", "too-many-guesses", "foreign-host"] as const),
    ...(writes ? ["cross-site", "malformed-body"] as const : []),
    ...(writes ? ["body-too-large", "not-json"] as const : []),
    "invalid-request",
    "internal",
    "unavailable",
  ];
}
