import assert from "node:assert/strict";
import { drawCells, drawPanel, genericView } from "./views.tsx";
import { loadViews } from "../tests/support/actors.ts";
import type { View } from "./view.ts";

const actors = new URL("../actors/", import.meta.url);
const hostile = `"><script>alert(1)</script>`;
const value = { symbol: "AAPL", at: "2026-01-31T15:00:00.000Z", note: hostile };

async function withFolder(
  files: Record<string, string>,
  test: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${path}/${name}`);
      await Deno.writeTextFile(`${path}/${name}/view.tsx`, text);
    }
    await test(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("every actor's own view is found, in its order", async () => {
  const views = await loadViews(actors, ["news", "quotes", "recommendations"]);
  assert.deepEqual([...views.keys()], ["quotes", "recommendations", "news"]);
});

Deno.test("a folder without a view gets its fields by name", async () => {
  const views = await loadViews(actors, ["short-interest"]);
  const view = views.get("short-interest")!;
  assert.equal(view.heading, "Short interest");
  const [cell] = drawCells(view, { ...value, days_to_cover: 2.5 }, []);
  assert.match(cell!.text, /Days to cover 2\.5/);
});

Deno.test("a view that is broken or is none costs its actor nothing but its looks", async () => {
  const files = {
    broken: "throw new Error('no');",
    wrong: "export default 1;",
  };
  await withFolder(files, async (folder) => {
    const said: unknown[] = [];
    const { error } = console;
    console.error = (...words) => void said.push(words);
    try {
      const views = await loadViews(folder, ["broken", "wrong"]);
      assert.deepEqual([...views.values()].map((v) => v.order), [100, 100]);
      assert.equal(said.length, 2);
    } finally {
      console.error = error;
    }
  });
});

Deno.test("what is drawn of a value is escaped, in cells and in panels", () => {
  const view: View = {
    ...genericView("notes"),
    columns: [{
      name: "note",
      heading: "Note",
      text: ({ note }) => String(note),
      cell: ({ latest }) => latest.note as string,
    }],
  };
  const [cell] = drawCells(view, value, []);
  assert.equal(cell!.text, hostile);
  for (
    const html of [
      cell!.html!,
      drawPanel(view, { actor: "quotes", symbol: "AAPL", rows: [value] }),
    ]
  ) {
    assert.match(html, /&lt;script/);
    assert.doesNotMatch(html, /<script/);
  }
});

Deno.test("a cell has its words always, and its drawing where history was asked for", () => {
  const view: View = {
    ...genericView("x"),
    columns: [{
      name: "x",
      heading: "X",
      text: () => "words",
      key: () => NaN,
      trend: () => "up",
      cell: ({ recent }) => `${recent.length} rows`,
    }],
  };
  assert.deepEqual(drawCells(view, value, null), [
    { text: "words", trend: "up" },
  ]);
  assert.deepEqual(drawCells(view, value, [value]), [
    { text: "words", trend: "up", html: "1 rows" },
  ]);
});

Deno.test("a column that throws loses its own cell to the fields by name", () => {
  const { error } = console;
  console.error = () => {};
  try {
    const [column] = genericView("x").columns;
    const broken = {
      ...column!,
      cell() {
        throw new Error("no");
      },
    };
    const view = { ...genericView("x"), columns: [broken, column!] };
    const cells = drawCells(view, value, []);
    assert.deepEqual(cells.map(({ text }) => text.startsWith("Note")), [
      true,
      true,
    ]);
  } finally {
    console.error = error;
  }
});
