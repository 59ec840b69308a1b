import { page } from "fresh";
import { localPath } from "../web/api/guard.ts";
import { readLimited } from "../web/api/input.ts";
import { sameText, sessionCookie } from "../web/api/token.ts";
import { define } from "../web/define.ts";

export const handler = define.handlers({
  GET(ctx) {
    if (ctx.state.services.accessToken === null) return ctx.redirect("/", 303);
    return page({ wrong: false });
  },

  async POST(ctx) {
    const { accessToken } = ctx.state.services;
    if (accessToken === null) return ctx.redirect("/", 303);
    const form = new URLSearchParams(
      new TextDecoder().decode(await readLimited(ctx.req)),
    );
    if (!sameText(form.get("token") ?? "", accessToken)) {
      return page({ wrong: true }, { status: 401 });
    }
    const response = ctx.redirect(
      localPath(ctx.url.searchParams.get("next")),
      303,
    );
    response.headers.append(
      "set-cookie",
      sessionCookie(accessToken, isSecure(ctx.req, ctx.url)),
    );
    return response;
  },
});

/** A proxy in front speaks TLS for us, and says so. */
function isSecure(request: Request, url: URL): boolean {
  return url.protocol === "https:" ||
    request.headers.get("x-forwarded-proto") === "https";
}

export default define.page<typeof handler>(({ data }) => (
  <main class="login">
    <h1>Signalbox</h1>
    <form method="post">
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
        <p id="wrong" role="alert">
          This is not the token that ACCESS_TOKEN is set to.
        </p>
      )}
      <button type="submit">Log in</button>
    </form>
  </main>
));
