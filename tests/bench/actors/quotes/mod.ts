export { default } from "../../../../actors/quotes/mod.ts";
