import { HttpError } from "fresh";
import { eventAddress } from "../../../ui/addresses.ts";
import { define, param } from "../../../pages/define.ts";

/** `?id=` leads to the event of that id. */
export const handler = define.handlers({
  async GET(ctx) {
    const signal = param(ctx, "signal");
    const { catalog, events } = ctx.state.services;
    const id = ctx.url.searchParams.get("id") ?? "";
    const known = catalog.actors.has(signal);
    const position = known && id ? await events.find(signal, id) : null;
    if (position) return ctx.redirect(eventAddress(signal, position), 303);
    throw new HttpError(
      404,
      `No event "${
        id.slice(0, 200)
      }" of "${signal}" is late in its stream, the ` +
        `newest of its symbol, or a dead letter; search /streams/${signal}.`,
    );
  },
});
