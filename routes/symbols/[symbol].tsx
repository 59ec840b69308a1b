import { type Context, HttpError } from "fresh";
import { parseSymbol } from "../../market/market.ts";
import { messageOf } from "../../ui/client.ts";
import {
  answerLive,
  NoticePlace,
  type PageNotice,
  PageTitle,
  Panels,
} from "../../ui/page.tsx";
import { commandSymbol, noticeOf } from "../../pages/event/commands.ts";
import { provenancePanel } from "../../pages/event/Provenance.tsx";
import { symbolAlerts } from "../../pages/alerts/alerts_page.tsx";
import { choiceOf, rememberZone } from "../../pages/symbol/choice.ts";
import { latestOf, symbolPanels } from "../../pages/symbol/symbol_page.tsx";
import Crosshair from "../../islands/Crosshair.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, formOf, param, type State } from "../../pages/define.ts";

export const handler = define.handlers({
  GET: (ctx) => draw(ctx, noticeOf(ctx.url.searchParams)),
  async POST(ctx) {
    try {
      const form = await formOf(ctx.req);
      const did = await commandSymbol(ctx.state.services, form);
      const symbol = encodeURIComponent(param(ctx, "symbol"));
      return ctx.redirect(`/symbols/${symbol}?did=${did}#provenance`, 303);
    } catch (cause) {
      if (cause instanceof HttpError) throw cause;
      return draw(ctx, { text: messageOf(cause), bad: true }, 409);
    }
  },
});

function nothingOf(symbol: string): HttpError {
  const why = "is not on the watchlist, and nothing is stored of it.";
  return new HttpError(404, `${symbol} ${why}`);
}

async function draw(
  ctx: Context<State>,
  said: PageNotice | null,
  status = 200,
) {
  const { services } = ctx.state;
  const symbol = parseSymbol(param(ctx, "symbol"));
  if (!symbol) throw nothingOf("That");
  const [entry, latest] = await Promise.all([
    services.watching.find(symbol),
    latestOf(services, symbol),
  ]);
  // One that was removed keeps its page while there is something on it.
  if (!entry && latest.size === 0) throw nothingOf(symbol);
  const subject = { ...entry, symbol, latest };
  const cookie = ctx.req.headers.get("cookie");
  const choice = choiceOf(ctx.url, cookie, Date.now());
  const [signals, provenance, alerts] = await Promise.all([
    symbolPanels(services, subject, choice),
    provenancePanel(services, subject),
    symbolAlerts(services, symbol),
  ]);
  const panels = { ...signals, provenance, "symbol-alerts": alerts };
  const { complaint } = choice;
  const notice = complaint ? { text: complaint, bad: true } : said;
  const company = [entry?.name, entry?.exchange].filter(Boolean).join(" · ");
  const data = { symbol, company, panels, notice };
  return answerLive(ctx.req, data, status, {
    ...choice.zoneChosen && { "set-cookie": rememberZone(choice.zone) },
  });
}

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>{data.symbol}</PageTitle>
    <p class="crumbs">
      <a href="/">Watchlist</a>
    </p>
    <h1>{data.symbol}</h1>
    {data.company && <p class="company">{data.company}</p>}
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels
      events={`/api/events?symbol=${encodeURIComponent(data.symbol)}`}
    />
    <Crosshair />
  </>
));
