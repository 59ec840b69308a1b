import { control } from "../../../../api/control.ts";

export const handler = control(
  "Replaces an actor's isolates by new ones",
  (services, name) => services.restart(name),
);
