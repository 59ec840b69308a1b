import { page } from "fresh";
import { messageOf } from "../ui/client.ts";
import { liveHeaders as headers, PageTitle, wantsJson } from "../ui/page.tsx";
import {
  noticeOf,
  submitWatchlist,
  watchlistData,
} from "../pages/watchlist/watchlist_page.ts";
import Watchlist from "../islands/Watchlist.tsx";
import { define, formOf } from "../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const data = await watchlistData(ctx.state.services);
    if (wantsJson(ctx.req)) return Response.json(data, { headers });
    const notice = noticeOf(ctx.url.searchParams);
    return page({ data, notice, error: null, typed: "" }, { headers });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const form = await formOf(ctx.req);
    try {
      const done = await submitWatchlist(services, form);
      if (typeof done === "string") return ctx.redirect(done, 303);
      const data = await watchlistData(services);
      return page({ data, notice: done, error: null, typed: "" }, { headers });
    } catch (cause) {
      const data = await watchlistData(services);
      const typed = String(form.get("symbol") ?? "");
      const error = messageOf(cause);
      const init = { status: 422, headers };
      return page({ data, notice: null, error, typed }, init);
    }
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>Watchlist</PageTitle>
    <Watchlist {...data} />
  </>
));
