import { asset } from "fresh/runtime";
import { define } from "../define.ts";

export default define.layout(({ Component, state }) => (
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
));
