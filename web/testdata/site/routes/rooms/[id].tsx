import { HttpError, page } from "fresh";
import { define } from "../../define.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { id = "" } = ctx.params;
    if (id === "none") throw new HttpError(404, "no such room");
    if (id === "broken") throw new Error("the secret reason");
    return page({ id });
  },
  POST(ctx) {
    return ctx.redirect("//evil.example/rooms");
  },
});

export default define.page<typeof handler>(({ data, params }) => (
  <h1>{data.id.toUpperCase()} {params.id}</h1>
));
