import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type RawEntry, toText } from "./entries.ts";

const raw = (id: string, fields: string[] | null): RawEntry => [
  Buffer.from(id),
  fields && fields.map((text) => Buffer.from(text)),
];

Deno.test("entries of any fields become the same text, whatever stood in the one before", () => {
  const entries: [string, string[] | null][] = [
    ["1-0", ["id", "a", "data", "{}"]],
    ["1-1", ["id", "b", "data", "{}"]],
    ["1-2", null],
    ["1-3", ["id", "b", "data", "[]", "more", "x"]],
    ["1-4", ["data", "[]"]],
    ["1-5", []],
    ["1-6", ["id", "ü", "data", '"é€😀"']],
    ["1-7", ["id", "ú", "data", '"é€😀"', "more", ""]],
    ["1-8", ["id", "ú", "data", '"é€😁"', "more", ""]],
  ];
  const read = toText(entries.map(([id, fields]) => raw(id, fields)));
  assert.deepEqual(read, entries);
});
