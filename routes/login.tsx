import { page } from "fresh";
import { PageTitle } from "../ui/page.tsx";
import { isToken, localPath, waitOf } from "../api/access.ts";
import { isSecure, sessionCookie } from "../api/sessions.ts";
import { define, formOf } from "../pages/define.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { accessToken } = ctx.state.services.about;
    if (accessToken === null) return ctx.redirect("/", 303);
    return page({ wrong: null as string | null });
  },

  async POST(ctx) {
    const { accessToken } = ctx.state.services.about;
    if (accessToken === null) return ctx.redirect("/", 303);
    const form = await formOf(ctx.req);
    const { services } = ctx.state;
    const wait = waitOf(ctx, services);
    if (wait) {
      const { headers } = wait.options;
      return page({ wrong: wait.message }, { status: 429, headers });
    }
    if (!isToken(String(form.get("token") ?? ""), ctx, services)) {
      const wrong = "This is not the token that ACCESS_TOKEN is set to.";
      return page({ wrong }, { status: 401 });
    }
    const next = localPath(ctx.url.searchParams.get("next"));
    const response = ctx.redirect(next, 303);
    const cookie = sessionCookie(accessToken, isSecure(ctx.req, ctx.url));
    response.headers.append("set-cookie", cookie);
    return response;
  },
});

export default define.page<typeof handler>(({ data }) => (
  <section class="card login">
    <PageTitle>Log in</PageTitle>
    <h1>Log in</h1>
    <form method="post" class="login-form">
      <label for="token">Access token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        required
        aria-invalid={data.wrong !== null}
        aria-describedby={data.wrong ? "wrong" : undefined}
      />
      {data.wrong && (
        <p id="wrong" class="field-error" role="alert">
          {data.wrong}
        </p>
      )}
      <button type="submit" class="button primary">Log in</button>
    </form>
  </section>
));
