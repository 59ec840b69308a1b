import { type Context, HttpError } from "fresh";
import { Card } from "../../ui/parts.tsx";
import { NoticePlace, PageTitle, Panels } from "../../ui/page.tsx";
import {
  ReplayForm,
  startReplay,
  streamPage,
} from "../../pages/stream_page.tsx";
import { LiveSwitch, SearchForm } from "../../pages/stream/Events.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, liveHandler, param, type State } from "../../pages/define.ts";

const started = { text: "The replay runs; the live group is not touched." };

export const handler = liveHandler(
  async (ctx, failed) => {
    const { name, title } = actorOf(ctx);
    const done = ctx.url.searchParams.has("did") ? started : null;
    const { services } = ctx.state;
    const query = ctx.url.searchParams;
    const page = await streamPage(services, name, query, failed ?? done);
    return { ...page, name, title };
  },
  (ctx, form) => startReplay(ctx.state.services, actorOf(ctx).name, form),
);

function actorOf(ctx: Context<State>) {
  const name = param(ctx, "signal");
  const actor = ctx.state.services.catalog.actors.get(name);
  if (actor) return actor;
  throw new HttpError(404, `There is no signal "${name}".`);
}

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle>{`Stream of ${data.title}`}</PageTitle>
    <p class="crumbs">
      <a href="/actors">System</a>
    </p>
    <h1>Stream of {data.title}</h1>
    <NoticePlace notice={data.notice} />
    <Card id="replay" title="Replay">
      <ReplayForm actor={data.name} />
      <Panels page={data} of={["replay"]} />
    </Card>
    <Panels page={data} of={["groups", "pending"]} />
    <Card
      id="events"
      title="Events"
      aside={<LiveSwitch query={data.query} live={data.live} />}
    >
      <SearchForm actor={data.name} query={data.query} />
      <Panels page={data} of={["events"]} />
    </Card>
    <LivePanels {...data.live ? { every: 3000 } : {}} />
  </>
));
