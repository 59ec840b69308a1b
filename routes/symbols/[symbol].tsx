import { HttpError } from "fresh";
import { parseSymbol } from "../../market/market.ts";
import { answerLive, NoticePlace, PageTitle, Panels } from "../../ui/page.tsx";
import { isKnown, rangeOf, symbolPanels } from "../../pages/symbol_page.tsx";
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
    const range = rangeOf(ctx.url.searchParams.get("range"));
    const panels = await symbolPanels(services, symbol, range);
    return answerLive(ctx.req, { symbol, panels, notice: null });
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
  </>
));
