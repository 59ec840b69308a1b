import { rangeOf } from "../pages/system/Charts.tsx";
import {
  commandActor,
  noticeOf,
  systemPage,
} from "../pages/system/system_page.tsx";
import { NoticePlace, PageTitle, Panels } from "../ui/page.tsx";
import LivePanels from "../islands/LivePanels.tsx";
import { define, liveHandler } from "../pages/define.ts";

export const handler = liveHandler(
  ({ url, state: { services } }, failed) => {
    const notice = failed ?? noticeOf(services, url.searchParams);
    return systemPage(services, notice, rangeOf(url.searchParams));
  },
  ({ state }, form) => commandActor(state.services, form),
);

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>System</PageTitle>
    <h1>System</h1>
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels every={3000} />
  </>
));
