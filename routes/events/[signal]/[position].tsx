import { HttpError } from "fresh";
import { NoticePlace, PageTitle, Panels } from "../../../ui/page.tsx";
import { eventAddress } from "../../../ui/addresses.ts";
import { commandSymbol, noticeOf } from "../../../pages/event/commands.ts";
import { eventPage } from "../../../pages/event/event_page.tsx";
import LivePanels from "../../../islands/LivePanels.tsx";
import { define, liveHandler, param } from "../../../pages/define.ts";

export const handler = liveHandler(
  async (ctx, failed) => {
    const signal = param(ctx, "signal");
    const { services } = ctx.state;
    if (!services.catalog.actors.has(signal)) {
      throw new HttpError(404, `There is no signal "${signal}".`);
    }
    const notice = failed ?? noticeOf(ctx.url.searchParams);
    const position = param(ctx, "position");
    const page = await eventPage(services, signal, position, notice);
    return { ...page, signal };
  },
  async (ctx, form) => {
    const did = await commandSymbol(ctx.state.services, form);
    const at = eventAddress(param(ctx, "signal"), param(ctx, "position"));
    return `${at}?did=${did}`;
  },
);

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>{`Event ${data.title}`}</PageTitle>
    <p class="crumbs">
      <a href="/actors">System</a> /{" "}
      <a href={`/streams/${data.signal}`}>{data.signal}</a>
    </p>
    <h1>{data.title}</h1>
    <NoticePlace notice={data.notice} />
    <Panels page={data} />
    <LivePanels every={3000} />
  </>
));
