import { type Context, HttpError } from "fresh";
import { Card } from "../../ui/Card.tsx";
import { NoticePlace, Panel } from "../../ui/live_page.tsx";
import { PageTitle } from "../../ui/PageTitle.tsx";
import { startReplay, streamPage } from "../../pages/stream/stream_page.tsx";
import { ReplayForm } from "../../pages/stream/StreamTables.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, defineLive, param, type State } from "../../pages/define.ts";

const started = {
  text: "The replay runs; the live group is not touched.",
  bad: false,
};

export const handler = defineLive({
  notice: ({ url }) => url.searchParams.has("did") ? started : null,
  async draw(ctx, notice) {
    const { name, title } = actorOf(ctx);
    const data = await streamPage(ctx.state.services, name, notice);
    return { ...data, name, title };
  },
  submit: (ctx, form) =>
    startReplay(ctx.state.services, actorOf(ctx).name, form),
});

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
      <Panel page={data} name="replay" />
    </Card>
    {["groups", "pending", "events"].map((name) => (
      <Panel key={name} page={data} name={name} />
    ))}
    <LivePanels every={3000} />
  </>
));
