import { control } from "../../../../api/control.ts";

export const handler = control(
  "Lets a paused actor go on",
  (services, name) => services.resume(name),
);
