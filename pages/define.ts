/** What every route gets as `ctx.state`, and the typed shapes that it is written in. */
import { type Context, createDefine, HttpError } from "fresh";
import type { Services } from "../host/services.ts";
import { messageOf } from "../ui/client.ts";
import {
  answerLive,
  type LivePage,
  type PageNotice,
} from "../ui/live_page.tsx";

export interface State {
  services: Services;
}

export const define = createDefine<State>();

interface LiveRoute<Data extends LivePage> {
  /** What the address says became of a form that was sent. */
  notice(ctx: Context<State>): PageNotice | null;
  draw(ctx: Context<State>, notice: PageNotice | null): Promise<Data>;
  /** Does what a form asks; resolves to where it leads. */
  submit(ctx: Context<State>, form: FormData): Promise<string>;
}

/** The handlers of a live page with forms. Why a form failed is told on the page itself, with 409. */
export function defineLive<Data extends LivePage>(route: LiveRoute<Data>) {
  return define.handlers({
    async GET(ctx) {
      return answerLive(ctx.req, await route.draw(ctx, route.notice(ctx)));
    },
    async POST(ctx) {
      try {
        const form = await ctx.req.formData();
        return ctx.redirect(await route.submit(ctx, form), 303);
      } catch (cause) {
        const notice = { text: messageOf(cause), bad: true };
        return answerLive(ctx.req, await route.draw(ctx, notice), 409);
      }
    },
  });
}

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
