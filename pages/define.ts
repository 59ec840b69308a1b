/** What every route gets as `ctx.state`, and the typed shapes that it is written in. */
import { type Context, createDefine, HttpError } from "fresh";
import type { Services } from "../host/services.ts";

export interface State {
  services: Services;
}

export const define = createDefine<State>();

/**
 * A parameter of the path as text: routes are given it percent-encoded.
 * @throws {HttpError} 404 for what encodes no text
 */
export function param(
  { params }: Pick<Context<State>, "params">,
  name: string,
): string {
  try {
    return decodeURIComponent(params[name] ?? "");
  } catch (cause) {
    throw new HttpError(404, "There is nothing at this address.", { cause });
  }
}
