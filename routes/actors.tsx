import {
  commandActor,
  noticeOf,
  systemPage,
} from "../pages/system/system_page.tsx";
import { messageOf } from "../ui/client.ts";
import { answerLive, NoticePlace, PageTitle, Panel } from "../ui/page.tsx";
import LivePanels from "../islands/LivePanels.tsx";
import { define } from "../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const notice = noticeOf(services, ctx.url.searchParams);
    return answerLive(ctx.req, await systemPage(services, notice));
  },

  async POST(ctx) {
    const { services } = ctx.state;
    try {
      const form = await ctx.req.formData();
      return ctx.redirect(await commandActor(services, form), 303);
    } catch (cause) {
      const notice = { text: messageOf(cause), bad: true };
      return answerLive(ctx.req, await systemPage(services, notice), 409);
    }
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>System</PageTitle>
    <h1>System</h1>
    <NoticePlace notice={data.notice} />
    <Panel page={data} name="overview" />
    <Panel page={data} name="actors" />
    <Panel page={data} name="incidents" />
    <LivePanels every={3000} />
  </>
));
