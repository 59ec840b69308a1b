import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { messageOf } from "../ui/client.ts";
import { liveHeaders as headers, PageTitle, wantsJson } from "../ui/page.tsx";
import {
  noticeOf,
  rowsAnswer,
  submitWatchlist,
  watchlistPage,
} from "../pages/watchlist/watchlist_page.ts";
import { Choices } from "../pages/watchlist/Choices.tsx";
import { WatchTable } from "../pages/watchlist/WatchTable.tsx";
import Watchlist from "../islands/Watchlist.tsx";
import { define, formOf } from "../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { state: { services }, url: { searchParams } } = ctx;
    if (wantsJson(ctx.req)) {
      const rows = await rowsAnswer(services, searchParams);
      return Response.json(rows, { headers });
    }
    const notice = noticeOf(searchParams);
    const shown = await watchlistPage(services, searchParams);
    return page({ ...shown, notice, error: null, typed: "" }, { headers });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const form = await formOf(ctx.req);
    const show = () => watchlistPage(services, new URLSearchParams());
    try {
      const done = await submitWatchlist(services, form);
      if (typeof done === "string") return ctx.redirect(done, 303);
      const told = { notice: done, error: null, typed: "" };
      return page({ ...await show(), ...told }, { headers });
    } catch (cause) {
      const typed = String(form.get("symbol") ?? "");
      const told = { notice: null, error: messageOf(cause), typed };
      return page({ ...await show(), ...told }, { status: 422, headers });
    }
  },
});

export default define.page<typeof handler>(({ data: { table, ...island } }) => (
  <>
    <PageTitle>Watchlist</PageTitle>
    <Head>
      {/* No module: before anything is painted it says how much room rows take. */}
      <script src={asset("/choices.js")} />
    </Head>
    <Watchlist {...island} />
    <Choices />
    <WatchTable {...table} />
  </>
));
