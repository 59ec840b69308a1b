import type { PageProps } from "fresh";
import { asset } from "fresh/runtime";
import type { State } from "../define.ts";

export default ({ Component, state }: PageProps<unknown, State>) => (
  <html lang="en">
    <head>
      <title>{state.house}</title>
      <link rel="stylesheet" href={asset("/style.css")} />
    </head>
    <body>
      <nav>
        <a href="/">Home</a> <a href="/rooms">Rooms</a>
      </nav>
      <Component />
    </body>
  </html>
);
