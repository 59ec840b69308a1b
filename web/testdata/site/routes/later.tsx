import { define } from "../define.ts";

export default define.page(async ({ url, state }) => {
  await Promise.resolve();
  if (url.searchParams.has("away")) {
    return new Response("gone", { status: 410 });
  }
  return <h1>Later, in {state.house}</h1>;
});
