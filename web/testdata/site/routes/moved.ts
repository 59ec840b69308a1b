import type { RouteConfig } from "fresh";
import { define } from "../define.ts";

export const config: RouteConfig = { routeOverride: "/other/:name.html" };

export const handler = define.handlers((ctx) => ctx.text(ctx.params.name!));
