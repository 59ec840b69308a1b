import { page } from "fresh";
import { PageTitle } from "../ui/PageTitle.tsx";
import { messageOf } from "../ui/request.ts";
import { wantsJson } from "../ui/wants_json.ts";
import { watchlistData } from "../pages/watchlist/data.ts";
import { noticeOf, submitWatchlist } from "../pages/watchlist/forms.ts";
import Watchlist from "../islands/Watchlist.tsx";
import { define } from "../pages/define.ts";

const headers = { vary: "accept", "cache-control": "no-store" };

export const handler = define.handlers({
  async GET(ctx) {
    const data = await watchlistData(ctx.state.services);
    if (wantsJson(ctx.req)) return Response.json(data, { headers });
    const notice = noticeOf(ctx.url.searchParams);
    return page({ data, notice, error: null, typed: "" }, { headers });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const form = await ctx.req.formData();
    try {
      return ctx.redirect(await submitWatchlist(services, form), 303);
    } catch (cause) {
      const data = await watchlistData(services);
      const typed = String(form.get("symbol") ?? "");
      const error = messageOf(cause);
      return page({ data, notice: null, error, typed }, {
        status: 422,
        headers,
      });
    }
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>Watchlist</PageTitle>
    <Watchlist {...data} />
  </>
));
