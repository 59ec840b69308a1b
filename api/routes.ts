/** Finds the API's endpoints in the routes themselves, so that no list of them is kept. */
import { filesBelow } from "../web/assets.ts";
import { patternOf } from "../web/match.ts";
import type { ApiHandler, Endpoints } from "./endpoint.ts";

export interface ApiRoute {
  /** With parameters as OpenAPI has them: `/api/actors/{name}`. */
  readonly path: string;
  readonly endpoints: Endpoints;
}

const routesDir = new URL("../routes/", import.meta.url);

/** Every route whose handler was made by `api`, by path. */
export async function apiRoutes(): Promise<ApiRoute[]> {
  const files = await filesBelow(routesDir, (name) => name.startsWith("_"));
  const routes = await Promise.all(
    files.filter((file) => file.endsWith(".ts")).map(readRoute),
  );
  return routes.flat().sort((a, b) => a.path < b.path ? -1 : 1);
}

async function readRoute(file: string): Promise<ApiRoute[]> {
  const { handler } = await import(new URL(file, routesDir).href);
  if (!isApiHandler(handler)) return [];
  const pattern = patternOf(file.replace(/\.ts$/, ""));
  const path = pattern.replaceAll(/:(\w+)/g, "{$1}");
  return [{ path, endpoints: handler.endpoints }];
}

function isApiHandler(handler: unknown): handler is ApiHandler {
  return typeof handler === "function" && "endpoints" in handler;
}
