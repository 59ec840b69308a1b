import { signal } from "@preact/signals";
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

export default define.page<typeof handler>(({ data }) => {
  const shared = signal(data.start);
  return (
    <main>
      <Head>
        <title>Home of {data.title}</title>
        <meta name="description" content="A house" />
      </Head>
      <Counter count={shared} title={data.title} />
      <Twin count={shared} />
      <Shown when={["now", null, { deep: true }]} />
    </main>
  );
});
