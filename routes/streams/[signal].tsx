import { type Context, HttpError } from "fresh";
import { answerLive } from "../../ui/live_page.ts";
import { PageTitle } from "../../ui/PageTitle.tsx";
import { NoticePlace, Panel } from "../../ui/Panel.tsx";
import { messageOf } from "../../ui/request.ts";
import { ReplayForm } from "../../pages/stream/ReplayForm.tsx";
import { startReplay, streamPage } from "../../pages/stream/stream_page.tsx";
import LivePanels from "../../islands/LivePanels.tsx";
import type { Actor } from "../../engine/actor.ts";
import { define, type State } from "../../pages/define.ts";
import { pathText } from "../../pages/path_text.ts";

const started = {
  text: "The replay runs; the live group is not touched.",
  bad: false,
};

export const handler = define.handlers({
  async GET(ctx) {
    const { name, title } = actorOf(ctx);
    const notice = ctx.url.searchParams.has("did") ? started : null;
    const data = await streamPage(ctx.state.services, name, notice);
    return answerLive(ctx.req, { ...data, name, title });
  },

  async POST(ctx) {
    const { name, title } = actorOf(ctx);
    const { services } = ctx.state;
    try {
      const form = await ctx.req.formData();
      return ctx.redirect(await startReplay(services, name, form), 303);
    } catch (cause) {
      const notice = { text: messageOf(cause), bad: true };
      const data = await streamPage(services, name, notice);
      return answerLive(ctx.req, { ...data, name, title }, 409);
    }
  },
});

function actorOf(ctx: Context<State>): Actor {
  const name = pathText(ctx.params.signal);
  const actor = ctx.state.services.actors.get(name);
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
    <section class="card" aria-labelledby="replay">
      <header class="card-head">
        <h2 id="replay">Replay</h2>
      </header>
      <ReplayForm signal={data.name} />
      <Panel page={data} name="replay" />
    </section>
    {["groups", "pending", "events"].map((name) => (
      <Panel key={name} page={data} name={name} />
    ))}
    <LivePanels every={3000} />
  </>
));
