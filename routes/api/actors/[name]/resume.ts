import { control } from "../../../../web/api/control.ts";

export const handler = control(
  "Lets a paused actor go on",
  (services, name) => services.resume(name),
);
