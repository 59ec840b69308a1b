/** The OpenAPI 3.1 document, made from the schemas that validate. */
import type { Services } from "../host/services.ts";
import { dataSchema } from "./data_schema.ts";
import type { Endpoint, Method } from "./endpoint.ts";
import { operation } from "./openapi_operation.ts";
import { schemaBook } from "./openapi_schemas.ts";
import { type ApiRoute, apiRoutes } from "./routes.ts";

export interface OpenApi {
  [field: string]: unknown;
  readonly openapi: string;
  readonly paths: Record<string, Record<string, unknown>>;
}

export async function openApi(services: Services): Promise<OpenApi> {
  const book = schemaBook();
  const paths = Object.fromEntries(
    (await apiRoutes()).map((route) => [route.path, pathItem(route, book)]),
  );
  for (const actor of services.actors.values()) {
    book.add(`data.${actor.name}`, dataSchema(actor));
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Signalbox",
      version: services.version,
      summary: "A market-data scanner in which every signal is its own actor",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    ...(services.accessToken === null ? {} : { security: [{ token: [] }] }),
    paths,
    components: {
      schemas: book.schemas,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function pathItem(
  { path, endpoints }: ApiRoute,
  book: ReturnType<typeof schemaBook>,
): Record<string, unknown> {
  const entries = Object.entries(endpoints) as [Method, Endpoint][];
  return Object.fromEntries(entries.map(([method, { declaration }]) => [
    method.toLowerCase(),
    operation(method, path, declaration, book),
  ]));
}
