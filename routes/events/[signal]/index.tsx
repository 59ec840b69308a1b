import { type Context, HttpError } from "fresh";
import LivePanels from "../../../islands/LivePanels.tsx";
import { parseSymbol } from "../../../market/market.ts";
import { eventAddress, eventAtAddress } from "../../../ui/addresses.ts";
import { NoticePlace, PageTitle, Panels } from "../../../ui/page.tsx";
import { commandSymbol, noticeOf } from "../../../pages/event/commands.ts";
import { valuePage } from "../../../pages/event/value_page.tsx";
import {
  define,
  liveHandler,
  param,
  type State,
} from "../../../pages/define.ts";

const drawn = liveHandler(
  async (ctx, failed) => {
    const { signal, moment } = valueOf(ctx);
    const notice = failed ?? noticeOf(ctx.url.searchParams);
    const page = await valuePage(ctx.state.services, signal, moment, notice);
    return { ...page, signal };
  },
  async (ctx, form) => {
    const { signal, moment: { symbol, at, id } } = valueOf(ctx);
    const did = await commandSymbol(ctx.state.services, form);
    return `${eventAtAddress(signal, symbol, at, id)}&did=${did}`;
  },
);

/**
 * `?id=` leads to the event of that id, `?symbol=&at=` to that of a symbol and market time; where that one is
 * not known any more, to what is known of its value.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const signal = signalOf(ctx);
    const { events } = ctx.state.services;
    const moment = momentOf(ctx.url.searchParams);
    const id = ctx.url.searchParams.get("id") ?? "";
    const position = moment
      ? await events.findAt(signal, moment)
      : id && await events.find(signal, id);
    if (position) return ctx.redirect(eventAddress(signal, position), 303);
    return await drawn.GET(ctx);
  },
  POST: (ctx) => drawn.POST(ctx),
});

/** @throws {HttpError} 404 if there is no such signal */
function signalOf(ctx: Context<State>): string {
  const signal = param(ctx, "signal");
  if (ctx.state.services.catalog.actors.has(signal)) return signal;
  throw new HttpError(404, `There is no signal "${signal}".`);
}

/** @throws {HttpError} 404 if the address names no value */
function valueOf(ctx: Context<State>) {
  const signal = signalOf(ctx);
  const moment = momentOf(ctx.url.searchParams);
  if (moment) return { signal, moment };
  const id = ctx.url.searchParams.get("id")?.slice(0, 200) ?? "";
  throw new HttpError(
    404,
    `No event "${id}" of "${signal}" is late in its stream, the newest of ` +
      `its symbol, or a dead letter; search /streams/${signal}.`,
  );
}

/** Null without a symbol and a time. */
function momentOf(query: URLSearchParams) {
  const symbol = parseSymbol(query.get("symbol") ?? "");
  const ms = Date.parse(query.get("at") ?? "");
  const at = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  // Of the years that a history can be asked for.
  if (!symbol || !/^(?!0000)\d{4}-/.test(at)) return null;
  return { symbol, at, id: query.get("id")?.slice(0, 200) || undefined };
}

export default define.page<typeof drawn>(({ data }) => (
  <>
    <PageTitle>{data.title}</PageTitle>
    <p class="crumbs">
      <a href="/actors">System</a> /{" "}
      <a href={`/streams/${data.signal}`}>{data.signal}</a>
    </p>
    <h1>{data.title}</h1>
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels />
  </>
));
