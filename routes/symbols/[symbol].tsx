import { HttpError } from "fresh";
import { parseSymbol } from "../../market/market.ts";
import { answerLive, NoticePlace, PageTitle, Panels } from "../../ui/page.tsx";
import { symbolAlerts } from "../../pages/alerts/alerts_page.tsx";
import { choiceOf, rememberZone } from "../../pages/symbol/choice.ts";
import { isKnown, symbolPanels } from "../../pages/symbol/symbol_page.tsx";
import Crosshair from "../../islands/Crosshair.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, param } from "../../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const symbol = parseSymbol(param(ctx, "symbol"));
    if (!symbol || !await isKnown(services, symbol)) {
      const why = "is not on the watchlist, and nothing is stored of it.";
      throw new HttpError(404, `${symbol ?? "That"} ${why}`);
    }
    const cookie = ctx.req.headers.get("cookie");
    const choice = choiceOf(ctx.url, cookie, Date.now());
    const [signals, alerts] = await Promise.all([
      symbolPanels(services, symbol, choice),
      symbolAlerts(services, symbol),
    ]);
    const panels = { ...signals, "symbol-alerts": alerts };
    const { complaint } = choice;
    const notice = complaint ? { text: complaint, bad: true } : null;
    return answerLive(ctx.req, { symbol, panels, notice }, 200, {
      ...choice.zoneChosen && { "set-cookie": rememberZone(choice.zone) },
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>{data.symbol}</PageTitle>
    <p class="crumbs">
      <a href="/">Watchlist</a>
    </p>
    <h1>{data.symbol}</h1>
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels
      events={`/api/events?symbol=${encodeURIComponent(data.symbol)}`}
    />
    <Crosshair />
  </>
));
