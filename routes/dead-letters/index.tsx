import {
  commandLetters,
  lettersPage,
  noticeOf,
} from "../../pages/dead_letters/letters_page.tsx";
import { FilterForm } from "../../pages/dead_letters/LetterList.tsx";
import { messageOf } from "../../ui/client.ts";
import { answerLive, NoticePlace, PageTitle, Panel } from "../../ui/page.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define } from "../../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const { searchParams } = ctx.url;
    const notice = noticeOf(searchParams);
    const data = await lettersPage(services, searchParams, notice);
    return answerLive(ctx.req, data);
  },

  async POST(ctx) {
    const { services } = ctx.state;
    try {
      const form = await ctx.req.formData();
      return ctx.redirect(await commandLetters(services, form), 303);
    } catch (cause) {
      const notice = { text: messageOf(cause), bad: true };
      const data = await lettersPage(services, ctx.url.searchParams, notice);
      return answerLive(ctx.req, data, 409);
    }
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>Dead letters</PageTitle>
    <h1>Dead letters</h1>
    <p class="lead">
      Events that could not be handled, kept with their reason. A redrive sends
      them through the stream again.
    </p>
    <FilterForm filter={data.filter} actors={data.actors} />
    <NoticePlace notice={data.notice} />
    <Panel page={data} name="letters" />
    <LivePanels every={10_000} />
  </>
));
