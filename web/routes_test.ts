import assert from "node:assert/strict";
import { temporaryFolder } from "./testdata/folder.ts";
import { readRoutes } from "./routes.ts";

/** Reads a routes/ of these files. */
async function read(files: Record<string, string>) {
  await using folder = await temporaryFolder(files, "routes/");
  return await readRoutes(folder.url);
}

const component = "export default function Page() { return null; }";

Deno.test("routes come in order of precision, with their folders", async () => {
  const { routes, root } = await read({
    "[id].tsx": component,
    "about.tsx": component,
    "api/_middleware.ts": "export default (ctx) => ctx.next();",
    "api/(inner)/x.ts": "export const handler = () => new Response();",
  });
  assert.deepEqual(
    routes.map(({ pattern, file }) => [pattern, file]),
    [["/about", "about.tsx"], ["/api/x", "api/(inner)/x.ts"], [
      "/:id",
      "[id].tsx",
    ]],
  );
  const inner = routes[1]!.folder;
  assert.equal(inner.parent!.path, "api");
  assert.equal(inner.parent!.middleware.length, 1);
  assert.equal(inner.parent!.parent, root);
});

Deno.test("no routes/ is no routes", async () => {
  assert.deepEqual((await read({})).routes, []);
});

Deno.test("what is not a route is refused with its file and the reason", async () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ "a.ts": "export const x = 1;" }, /routes\/a\.ts must export/],
    [{ "_other.ts": component }, /routes\/_other\.ts has no meaning there/],
    [{ "in/_app.tsx": component }, /routes\/in\/_app\.tsx has no meaning/],
    [{ "_middleware.ts": "export const handler = {};" }, /array of functions/],
    [
      { "a.tsx": component, "(g)/a.tsx": component },
      /routes\/.*a\.tsx and routes\/.*a\.tsx both answer \/a/,
    ],
  ];
  for (const [files, reason] of refused) {
    await assert.rejects(read(files), { message: reason });
  }
});
