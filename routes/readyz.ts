export { handler } from "./api/[...path].ts";
