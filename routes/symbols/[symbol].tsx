import { HttpError } from "fresh";
import { answerLive } from "../../ui/live_page.ts";
import { PageTitle } from "../../ui/PageTitle.tsx";
import { NoticePlace, Panel } from "../../ui/Panel.tsx";
import { rangeOf } from "../../pages/symbol/ranges.ts";
import { symbolPanels } from "../../pages/symbol/panels.tsx";
import { parseSymbol } from "../../market/symbol.ts";
import LivePanels from "../../islands/LivePanels.tsx";
import type { Services } from "../../host/services.ts";
import { define } from "../../pages/define.ts";
import { pathText } from "../../pages/path_text.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const symbol = parseSymbol(pathText(ctx.params.symbol));
    if (!symbol || !await isKnown(services, symbol)) {
      throw new HttpError(
        404,
        `${
          symbol ?? "That"
        } is not on the watchlist, and nothing is stored of it.`,
      );
    }
    const range = rangeOf(ctx.url.searchParams.get("range"));
    const panels = await symbolPanels(services, symbol, range);
    return answerLive(ctx.req, { symbol, panels, notice: null });
  },
});

/** A symbol that was removed keeps its page for as long as there is something on it. */
async function isKnown(services: Services, symbol: string): Promise<boolean> {
  const entries = await services.watchlist.list();
  if (entries.some((entry) => entry.symbol === symbol)) return true;
  const found = await Promise.all(
    [...services.actors.keys()].map((signal) =>
      services.latest(signal, [symbol])
    ),
  );
  return found.some((latest) => latest.has(symbol));
}

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>{data.symbol}</PageTitle>
    <p class="crumbs">
      <a href="/">Watchlist</a>
    </p>
    <h1>{data.symbol}</h1>
    <NoticePlace notice={data.notice} />
    {Object.keys(data.panels).map((name) => (
      <Panel key={name} page={data} name={name} />
    ))}
    <LivePanels
      events={`/api/events?symbol=${encodeURIComponent(data.symbol)}`}
    />
  </>
));
