import { HttpError, page } from "fresh";
import { messageOf } from "../ui/client.ts";
import { liveHeaders as headers, PageTitle, wantsJson } from "../ui/page.tsx";
import { Lists } from "../pages/watchlist/Lists.tsx";
import { Outcomes, UnknownSymbols } from "../pages/watchlist/Outcomes.tsx";
import {
  listOf,
  noticeOf,
  type Said,
  submitWatchlist,
} from "../pages/watchlist/submit.ts";
import { watchlistData } from "../pages/watchlist/watchlist_page.ts";
import Watchlist from "../islands/Watchlist.tsx";
import { define, formOf, type State } from "../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { state: { services }, url: { searchParams } } = ctx;
    const list = listOf(searchParams.get("list"));
    if (wantsJson(ctx.req)) {
      const data = await watchlistData(services, list);
      return Response.json(data, { headers });
    }
    const shown = await dataOf(services, list);
    const notice = noticeOf(searchParams, shown.entries);
    return page({ ...shown, ...(notice ? { notice } : {}) }, { headers });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const form = await formOf(ctx.req);
    const said = await submitWatchlist(services, form)
      .catch((cause): Said => ({ error: messageOf(cause) }));
    if (typeof said === "string") return ctx.redirect(said, 303);
    const shown = await dataOf(services, listOf(form.get("list")));
    const typed = said.error === undefined ? "" : form.get("symbol");
    const status = said.error === undefined ? 200 : 422;
    const data = { ...shown, ...said, typed: String(typed ?? "") };
    return page(data, { status, headers });
  },
});

/** @throws {HttpError} 404 for a list that is not there */
async function dataOf(services: State["services"], list: number) {
  const lists = await services.watching.lists();
  const shown = lists.find(({ id }) => id === list);
  if (!shown) throw new HttpError(404, "There is no such list any more.");
  const [data, entries] = await Promise.all([
    watchlistData(services, list),
    services.watching.list(list),
  ]);
  const { market } = services.about;
  const said: Said & { typed?: string } = {};
  return { data, entries, lists, shown, market, ...said };
}

export default define.page<typeof handler>(({ data: page }) => (
  <>
    <PageTitle>{page.shown.name}</PageTitle>
    <Lists lists={page.lists} shown={page.shown} />
    {page.outcomes && <Outcomes of={page.outcomes} />}
    <UnknownSymbols
      entries={page.entries}
      market={page.market}
      list={page.shown.id}
    />
    <Watchlist
      data={page.data}
      notice={page.notice ?? null}
      error={page.error ?? null}
      choices={page.choices ?? []}
      typed={page.typed ?? ""}
    />
  </>
));
