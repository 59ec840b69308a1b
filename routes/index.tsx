import { HttpError, page } from "fresh";
import { messageOf } from "../ui/client.ts";
import { liveHeaders as headers, PageTitle, wantsJson } from "../ui/page.tsx";
import { Choices } from "../pages/watchlist/Choices.tsx";
import { listOf } from "../pages/watchlist/data.ts";
import { Lists } from "../pages/watchlist/Lists.tsx";
import { Outcomes, UnknownSymbols } from "../pages/watchlist/Outcomes.tsx";
import {
  noticeOf,
  type Said,
  submitWatchlist,
} from "../pages/watchlist/submit.ts";
import {
  rowsAnswer,
  watchlistPage,
} from "../pages/watchlist/watchlist_page.ts";
import { WatchTable } from "../pages/watchlist/WatchTable.tsx";
import Watchlist from "../islands/Watchlist.tsx";
import { define, formOf, type State } from "../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { state: { services }, url: { searchParams } } = ctx;
    if (wantsJson(ctx.req)) {
      await listFor(services, searchParams);
      const rows = await rowsAnswer(services, searchParams);
      return Response.json(rows, { headers });
    }
    const shown = await dataOf(services, searchParams);
    const notice = noticeOf(searchParams, shown.entries);
    return page({ ...shown, ...(notice ? { notice } : {}) }, { headers });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const form = await formOf(ctx.req);
    const said = await submitWatchlist(services, form)
      .catch((cause): Said => ({ error: messageOf(cause) }));
    if (typeof said === "string") return ctx.redirect(said, 303);
    const list = String(listOf(form.get("list")));
    const shown = await dataOf(services, new URLSearchParams({ list }));
    const typed = said.error === undefined ? "" : form.get("symbol");
    const status = said.error === undefined ? 200 : 422;
    const data = { ...shown, ...said, typed: String(typed ?? "") };
    return page(data, { status, headers });
  },
});

/** @throws {HttpError} 404 for a list that is not there */
async function listFor(
  { watching }: Pick<State["services"], "watching">,
  query: URLSearchParams,
) {
  const list = listOf(query.get("list"));
  const lists = await watching.lists();
  const shown = lists.find(({ id }) => id === list);
  if (!shown) throw new HttpError(404, "There is no such list any more.");
  return { lists, shown };
}

/** @throws {HttpError} 404 for a list that is not there */
async function dataOf(services: State["services"], query: URLSearchParams) {
  const { lists, shown } = await listFor(services, query);
  const { data, table, entries } = await watchlistPage(services, query);
  const { market } = services.about;
  const said: Said & { typed?: string } = {};
  return { data, table, entries, lists, shown, market, ...said };
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
      title={page.shown.name}
      notice={page.notice ?? null}
      error={page.error ?? null}
      choices={page.choices ?? []}
      typed={page.typed ?? ""}
    />
    <Choices />
    <WatchTable {...page.table} />
  </>
));
