import { page } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "../define.ts";
import Counter, { Twin } from "../islands/Counter.tsx";
import Shown from "../islands/Shown.tsx";

export const handler = define.handlers({
  GET() {
    return page({ start: 3, title: `<"house">` }, {
      headers: { "x-page": "home" },
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <main>
    <Head>
      <title>Home of {data.title}</title>
      <meta name="description" content="A house" />
    </Head>
    <Counter count={data.start} title={data.title} />
    <Twin count={data.start} />
    <Shown when={["now", null, { deep: true }]} />
  </main>
));
