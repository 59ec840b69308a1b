import { HttpError } from "fresh";
import { define } from "../define.ts";

export default define.page(({ error }) => (
  <h1>
    Sorry: {error instanceof HttpError ? error.status : "failed"}
  </h1>
));
