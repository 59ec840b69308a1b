import assert from "node:assert/strict";
import {
  bundleIslands,
  NotBuiltError,
  openBundle,
  readDist,
  writeDist,
} from "./build.ts";
import { temporaryFolder } from "./testdata/folder.ts";

const sources = {
  "islands/Plain.tsx": "export default function Plain() { return null; }",
  "components/text.ts": "export const text = 1;",
};

Deno.test("dist/ holds what bundling in memory makes", async () => {
  await using folder = await temporaryFolder(sources);
  const dist = new URL("dist/", folder.url);
  await writeDist(folder.url, dist);
  const read = (await readDist(folder.url, dist))!.bundle;
  const { client, islands, imports, files } = await bundleIslands(folder.url);
  assert.deepEqual(read, { client, islands, imports, files });
  assert.ok(read.files.has(read.islands["islands/Plain.tsx"]!));
});

Deno.test("dist/ is no longer current once any source has changed", async () => {
  await using folder = await temporaryFolder(sources);
  const dist = new URL("dist/", folder.url);
  assert.equal(await readDist(folder.url, dist), null);
  await writeDist(folder.url, dist);
  await Deno.writeTextFile(
    new URL("components/text_test.ts", folder.url),
    "tests are not sources",
  );
  assert.equal((await readDist(folder.url, dist))!.current, true);
  const text = new URL("components/text.ts", folder.url);
  await Deno.writeTextFile(text, "export const text = 2;");
  assert.equal((await readDist(folder.url, dist))!.current, false);
});

Deno.test("dist/ is passed over if it is not whole", async () => {
  await using folder = await temporaryFolder(sources);
  const dist = new URL("dist/", folder.url);
  const { client } = await writeDist(folder.url, dist);
  await Deno.remove(new URL(client!, dist));
  assert.equal(await readDist(folder.url, dist), null);
  await Deno.writeTextFile(new URL("build.json", dist), "{");
  assert.equal(await readDist(folder.url, dist), null);
});

Deno.test("where nothing can be bundled, an old dist/ is served, and said to be old", async () => {
  await using folder = await temporaryFolder(sources);
  const [dist, said] = [new URL("dist/", folder.url), [] as string[]];
  const open = () => openBundle(folder.url, dist, (why) => void said.push(why));
  await writeDist(folder.url, dist);
  const island = new URL("islands/Plain.tsx", folder.url);
  await Deno.writeTextFile(island, 'import "./missing.ts";');
  assert.ok((await open()).islands["islands/Plain.tsx"]);
  assert.match(said.join(), /^dist\/ is older than the sources.*missing\.ts/s);
  // A page would ask for a script that nobody has.
  const added = new URL("islands/Added.tsx", folder.url);
  await Deno.copyFile(island, added);
  await assert.rejects(open, NotBuiltError);
  await Deno.remove(added);
  await Deno.remove(new URL("build.json", dist));
  await assert.rejects(open, /^NotBuiltError: dist\/ is not there/);
  assert.equal(said.length, 1);
});

Deno.test("building empties dist/ first", async () => {
  await using folder = await temporaryFolder({ ...sources, "dist/old.js": "" });
  const dist = new URL("dist/", folder.url);
  await writeDist(folder.url, dist);
  await assert.rejects(
    Deno.stat(new URL("old.js", dist)),
    Deno.errors.NotFound,
  );
});

Deno.test("an island that cannot be bundled says why", async () => {
  await using folder = await temporaryFolder({
    "islands/Broken.tsx": `import "./missing.ts"; export default () => null;`,
  });
  await assert.rejects(bundleIslands(folder.url), /missing\.ts/);
});

Deno.test("no islands, no scripts", async () => {
  await using folder = await temporaryFolder({});
  const bundle = await bundleIslands(folder.url);
  assert.deepEqual([bundle.client, bundle.files.size], [null, 0]);
});
