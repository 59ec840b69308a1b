import assert from "node:assert/strict";
import { bundleIslands, readDist, writeDist } from "./build.ts";
import { temporaryFolder } from "./testdata/folder.ts";

const sources = {
  "islands/Plain.tsx": "export default function Plain() { return null; }",
  "components/text.ts": "export const text = 1;",
};

Deno.test("dist/ holds what bundling in memory makes", async () => {
  await using folder = await temporaryFolder(sources);
  const dist = new URL("dist/", folder.url);
  await writeDist(folder.url, dist);
  const read = await readDist(folder.url, dist);
  const { client, islands, imports, files } = await bundleIslands(folder.url);
  assert.deepEqual(
    { ...read, sources: undefined },
    { client, islands, imports, files, sources: undefined },
  );
  assert.ok(read!.files.has(read!.islands["islands/Plain.tsx"]!));
});

Deno.test("dist/ is passed over once any source has changed", async () => {
  await using folder = await temporaryFolder(sources);
  const dist = new URL("dist/", folder.url);
  assert.equal(await readDist(folder.url, dist), null);
  await writeDist(folder.url, dist);
  await Deno.writeTextFile(
    new URL("components/text_test.ts", folder.url),
    "tests are not sources",
  );
  assert.notEqual(await readDist(folder.url, dist), null);
  const text = new URL("components/text.ts", folder.url);
  await Deno.writeTextFile(text, "export const text = 2;");
  assert.equal(await readDist(folder.url, dist), null);
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
