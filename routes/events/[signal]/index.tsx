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
    const signal = param(ctx, "signal");
    const moment = momentOf(ctx.url.searchParams);
    if (!moment) throw new HttpError(404, nothing(ctx));
    const notice = failed ?? noticeOf(ctx.url.searchParams);
    const { services } = ctx.state;
    return {
      ...await valuePage(services, signal, moment, notice),
      signal,
    };
  },
  async (ctx, form) => {
    const did = await commandSymbol(ctx.state.services, form);
    const { symbol, at, id } = momentOf(ctx.url.searchParams)!;
    const address = eventAtAddress(param(ctx, "signal"), symbol, at, id);
    return `${address}&did=${did}`;
  },
);

/**
 * `?id=` leads to the event of that id, `?symbol=&at=` to that of a symbol and market time; where that one is
 * not known any more, to what is known of its value.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const signal = param(ctx, "signal");
    const { catalog, events } = ctx.state.services;
    if (!catalog.actors.has(signal)) {
      throw new HttpError(404, `There is no signal "${signal}".`);
    }
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

/** Null without a symbol and a time. */
function momentOf(query: URLSearchParams) {
  const symbol = parseSymbol(query.get("symbol") ?? "");
  const ms = Date.parse(query.get("at") ?? "");
  const at = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  // Of the years that a history can be asked for.
  if (!symbol || !/^(?!0000)\d{4}-/.test(at)) return null;
  return { symbol, at, id: query.get("id")?.slice(0, 200) || undefined };
}

function nothing(ctx: Context<State>): string {
  const signal = param(ctx, "signal");
  const id = ctx.url.searchParams.get("id")?.slice(0, 200) ?? "";
  return `No event "${id}" of "${signal}" is late in its stream, the ` +
    `newest of its symbol, or a dead letter; search /streams/${signal}.`;
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
