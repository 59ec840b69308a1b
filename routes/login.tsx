import { page } from "fresh";
import { PageTitle } from "../ui/page.tsx";
import { localPath, sameText, sessionCookie } from "../api/access.ts";
import { define, formOf } from "../pages/define.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { accessToken } = ctx.state.services.about;
    if (accessToken === null) return ctx.redirect("/", 303);
    return page({ wrong: false });
  },

  async POST(ctx) {
    const { accessToken } = ctx.state.services.about;
    if (accessToken === null) return ctx.redirect("/", 303);
    const form = await formOf(ctx.req);
    if (!sameText(String(form.get("token") ?? ""), accessToken)) {
      return page({ wrong: true }, { status: 401 });
    }
    const next = localPath(ctx.url.searchParams.get("next"));
    const response = ctx.redirect(next, 303);
    const cookie = sessionCookie(accessToken, isSecure(ctx.req, ctx.url));
    response.headers.append("set-cookie", cookie);
    return response;
  },
});

/** A proxy in front speaks TLS for us, and says so. */
function isSecure(request: Request, url: URL): boolean {
  return url.protocol === "https:" ||
    request.headers.get("x-forwarded-proto") === "https";
}

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
        aria-invalid={data.wrong}
        aria-describedby={data.wrong ? "wrong" : undefined}
      />
      {data.wrong && (
        <p id="wrong" class="field-error" role="alert">
          This is not the token that ACCESS_TOKEN is set to.
        </p>
      )}
      <button type="submit" class="button primary">Log in</button>
    </form>
  </section>
));
