import { HttpError } from "fresh";
import { define } from "../../define.ts";

export const handler = define.handlers({
  GET: (ctx) => Response.json({ house: ctx.state.house }),
  PUT() {
    throw new HttpError(422, "not a thing");
  },
  DELETE() {
    throw new Error("the secret reason");
  },
});
