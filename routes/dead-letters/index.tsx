import {
  commandLetters,
  lettersPage,
  noticeOf,
} from "../../pages/dead_letters/letters_page.tsx";
import { FilterForm } from "../../pages/dead_letters/LetterList.tsx";
import { NoticePlace, PageTitle, Panels, wantsJson } from "../../ui/page.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, liveHandler } from "../../pages/define.ts";

export const handler = liveHandler(
  ({ req, url: { searchParams }, state: { services } }, failed) => {
    const notice = failed ?? noticeOf(searchParams);
    return lettersPage(services, searchParams, notice, !wantsJson(req));
  },
  ({ state }, form) => commandLetters(state.services, form),
);

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>Dead letters</PageTitle>
    <h1>Dead letters</h1>
    <p class="lead">
      Events that could not be handled, kept with their reason. A redrive sends
      them through the stream again, and each tells how that ended.
    </p>
    <FilterForm filter={data.filter} actors={data.actors} />
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels every={10_000} />
  </>
));
