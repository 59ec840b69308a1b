import { type Context, HttpError } from "fresh";
import { Card } from "../../ui/parts.tsx";
import { messageOf } from "../../ui/client.ts";
import {
  answerLive,
  NoticePlace,
  type PageNotice,
  PageTitle,
  Panel,
} from "../../ui/page.tsx";
import { startReplay, streamPage } from "../../pages/stream/stream_page.tsx";
import { ReplayForm } from "../../pages/stream/StreamTables.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import { define, param, type State } from "../../pages/define.ts";

const started = {
  text: "The replay runs; the live group is not touched.",
  bad: false,
};

export const handler = define.handlers({
  async GET(ctx) {
    const notice = ctx.url.searchParams.has("did") ? started : null;
    return await answer(ctx, notice);
  },

  async POST(ctx) {
    const { name } = actorOf(ctx);
    try {
      const form = await ctx.req.formData();
      return ctx.redirect(
        await startReplay(ctx.state.services, name, form),
        303,
      );
    } catch (cause) {
      return await answer(ctx, { text: messageOf(cause), bad: true }, 409);
    }
  },
});

async function answer(
  ctx: Context<State>,
  notice: PageNotice | null,
  status = 200,
) {
  const { name, title } = actorOf(ctx);
  const data = await streamPage(ctx.state.services, name, notice);
  return answerLive(ctx.req, { ...data, name, title }, status);
}

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
