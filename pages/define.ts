/** What every route gets as `ctx.state`, and the typed shapes that it is written in. */
import { createDefine } from "fresh";
import type { Services } from "../host/services.ts";

export interface State {
  services: Services;
}

export const define = createDefine<State>();
