import assert from "node:assert/strict";
import { table } from "./table.ts";

const rows = [
  {
    name: "quotes",
    count: 1234567,
    text: "a sentence that does not end ".repeat(4),
  },
  { name: "news", count: 2, text: "short" },
];
const columns = [
  { heading: "NAME", cell: (row: typeof rows[0]) => row.name },
  {
    heading: "HOW MANY",
    right: true,
    cell: (row: typeof rows[0]) => row.count,
  },
  { heading: "TEXT", cell: (row: typeof rows[0]) => row.text },
];

Deno.test("a table fits into a terminal: long texts end in an ellipsis, numbers stay whole", () => {
  const lines = table(rows, columns, 40).split("\n");
  assert.ok(lines.every((line) => line.length <= 40), lines.join("\n"));
  assert.match(lines[1]!, /^quotes +1234567 a sentence.*…$/);
  assert.match(lines[2]!, /^news +2 short$/);
  const narrow = table(rows, columns, 10);
  assert.ok(narrow.includes("1234567"), narrow);
});

Deno.test("a table that goes elsewhere is whole, and its columns stand apart", () => {
  const [head, first] = table(rows, columns, Infinity).split("\n");
  assert.equal(head, "NAME    HOW MANY  TEXT");
  assert.ok(first!.endsWith("does not end"));
});
