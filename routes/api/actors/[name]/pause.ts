import { control } from "../../../../api/control.ts";

export const handler = control(
  "Pauses an actor: no scan and no further batch until resumed",
  (services, name) => services.pause(name),
);
