/** What the import map calls "fresh/runtime": for pages and islands, on the server and in the browser. */
export { asset, IS_BROWSER } from "./asset.ts";
export { Head } from "./head.ts";
export { HttpError } from "./http_error.ts";
