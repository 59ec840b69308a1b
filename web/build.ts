/** `deno task build`: bundles the islands into dist/, so that the server does not have to. */
import { writeDist } from "./dist.ts";

const root = new URL("../", import.meta.url);
const { files } = await writeDist(root, new URL("dist/", root));
for (const [name, contents] of files) {
  console.log(`dist/${name} ${contents.length} bytes`);
}
