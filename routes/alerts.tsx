import { checkRule } from "../api/alerts.ts";
import LivePanels from "../islands/LivePanels.tsx";
import Notify from "../islands/Notify.tsx";
import { AlertForms } from "../pages/alerts/AlertForm.tsx";
import {
  alertsPage,
  commandAlerts,
  noticeOf,
} from "../pages/alerts/alerts_page.tsx";
import { define, liveHandler } from "../pages/define.ts";
import { NoticePlace, PageTitle, Panels } from "../ui/page.tsx";
import { Card } from "../ui/parts.tsx";

export const handler = liveHandler(
  ({ url: { searchParams }, state: { services } }, failed) =>
    alertsPage(services, failed ?? noticeOf(searchParams)),
  ({ url, state }, form) =>
    commandAlerts(
      state.services,
      form,
      checkRule,
      url.searchParams.get("from"),
    ),
);

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>Alerts</PageTitle>
    <h1>Alerts</h1>
    <p class="lead">
      Fire when prices, ratings and news are as you wait for. They are told
      here, and where the settings send them.
    </p>
    <Notify />
    <NoticePlace notice={data.notice} />
    <Card id="new" title="New alert">
      <AlertForms action="/alerts" />
    </Card>
    <Panels page={data} />
    <LivePanels every={15_000} events="/api/events?signal=alerts" />
  </>
));
