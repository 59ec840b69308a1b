import {
  commandActor,
  noticeOf,
  systemPage,
} from "../pages/system/system_page.tsx";
import { NoticePlace, Panel } from "../ui/live_page.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import LivePanels from "../islands/LivePanels.tsx";
import { define, defineLive } from "../pages/define.ts";

export const handler = defineLive({
  notice: ({ state, url }) => noticeOf(state.services, url.searchParams),
  draw: ({ state }, notice) => systemPage(state.services, notice),
  submit: ({ state }, form) => commandActor(state.services, form),
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
