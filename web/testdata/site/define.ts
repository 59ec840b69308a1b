import { createDefine } from "fresh";

export interface State {
  house: string;
  steps: string[];
}

export const define = createDefine<State>();
