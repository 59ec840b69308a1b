/** What every route gets as `ctx.state`, and the typed shapes that it is written in. */
import { type Context, createDefine, HttpError } from "fresh";
import type { Services } from "../host/services.ts";
import { deadline, DeadlineError } from "../wait.ts";
import { messageOf } from "../ui/client.ts";
import { answerLive, type LivePage, type PageNotice } from "../ui/page.tsx";

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

/** The largest form that is read, in bytes: as the API's bodies, an exported watchlist fits in. */
const maxForm = 256 * 1024;
/** How long it may take to arrive, in ms. */
const formWithinMs = 8_000;
const tooLarge = `A form may have ${maxForm} bytes.`;

/** A body may come without its length: then its bytes are counted, and no more are taken in. */
function limited() {
  let size = 0;
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > maxForm) throw new HttpError(413, tooLarge);
      controller.enqueue(chunk);
    },
  });
}

/**
 * What a form holds, as browsers send it.
 * @throws {HttpError} 413 for one that is too large, 408 for one that takes too long, 415 for what is no form, 400 for what cannot be read
 */
export async function formOf(request: Request): Promise<FormData> {
  const refuse = async (status: number, message: string) => {
    await request.body?.cancel();
    throw new HttpError(status, message);
  };
  if (Number(request.headers.get("content-length") ?? 0) > maxForm) {
    await refuse(413, tooLarge);
  }
  const type = request.headers.get("content-type") ?? "";
  const isForm =
    /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i
      .test(type);
  if (!isForm) {
    await refuse(415, "This takes a form (application/x-www-form-urlencoded).");
  }
  try {
    const body = request.body?.pipeThrough(limited()) ?? null;
    const headers = { "content-type": type };
    const form = new Response(body, { headers }).formData();
    return await deadline(form, formWithinMs, "too slow");
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    if (cause instanceof DeadlineError) {
      throw new HttpError(408, "The form took too long to arrive.");
    }
    throw new HttpError(400, "The form cannot be read.", { cause });
  }
}

/**
 * The handler of a live page with forms: POST does what a form says and leads to the address that says
 * so, or draws the page with the reason why it could not.
 */
export function liveHandler<Data extends LivePage>(
  draw: (ctx: Context<State>, failed?: PageNotice) => Promise<Data>,
  command: (ctx: Context<State>, form: FormData) => Promise<string>,
) {
  return define.handlers({
    GET: async (ctx) => answerLive(ctx.req, await draw(ctx)),
    async POST(ctx) {
      try {
        const form = await formOf(ctx.req);
        return ctx.redirect(await command(ctx, form), 303);
      } catch (cause) {
        if (cause instanceof HttpError) throw cause;
        const failed = { text: messageOf(cause), bad: true };
        return answerLive(ctx.req, await draw(ctx, failed), 409);
      }
    },
  });
}
