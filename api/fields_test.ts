import assert from "node:assert/strict";
import { z } from "zod";
import {
  deadLetterId,
  edge,
  instant,
  limit,
  listId,
  search,
  shortName,
  symbol,
} from "./fields.ts";

const fields: Readonly<Record<string, z.ZodType>> = {
  deadLetterId,
  edge,
  instant,
  limit: limit(100),
  listId,
  search,
  shortName,
  symbol,
};

const texts = [
  ...["", " ", "\u0000", "\u0085", "\ufeff", "a b", " AAPL", "AAPL\n", "é"],
  ...["m&m.ns", "oanda:eur_usd", "brk/b", "$aapl", "$", "$$", "a$", "&A", "_A"],
  ...["aapl", "BRK.B", "^gspc", ".A", "\u017f", "A".repeat(20), "A".repeat(21)],
  ...["0", "1", "100", "101", "-1", "+1", "007", "1.0", "1.5", "1e2", "0x10"],
  ...["١", "1".repeat(18), "1".repeat(19), "1-0", "0:12,1:3", "a".repeat(65)],
  ...["😀".repeat(200), "😀".repeat(201), "x".repeat(100), "x".repeat(101)],
  "2026-01-31T14:30:00Z",
  "2026-01-31T14:30:00.123456789+05:30",
  "2024-02-29T00:00:00Z",
  "2026-02-29T00:00:00Z",
  "2026-01-31T14:30Z",
  "2026-01-31 14:30:00Z",
  "2026-01-31t14:30:00z",
  "2026-01-31T14:30:60Z",
  "0000-12-31T23:59:59Z",
  "0001-01-01T00:00:00Z",
  "0001-06-01T00:00:00+00:00",
  "0002-01-01T00:00:00+23:59",
  "9998-12-31T23:59:59-23:59",
  "9999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59-23:59",
];

/** What the JSON Schema of a field says to a text of a query: by what stands in it, and nothing else. */
function allows(schema: z.core.JSONSchema.BaseSchema, text: string): boolean {
  const { type, pattern = "", minLength = 0, maxLength = Infinity } = schema;
  if (type === "integer") {
    const number = /^[0-9]+(\.0+)?$/.test(text) ? Number(text) : NaN;
    return number >= schema.minimum! && number <= schema.maximum!;
  }
  assert.equal(type, "string");
  const { length } = [...text];
  return new RegExp(pattern).test(text) &&
    length >= minLength && length <= maxLength;
}

for (const [name, field] of Object.entries(fields)) {
  Deno.test(`the schema of ${name} allows what its parser takes, and nothing else`, () => {
    const schema = z.toJSONSchema(field, { io: "input" });
    const taken = texts.filter((text) => field.safeParse(text).success);
    assert.deepEqual(texts.filter((text) => allows(schema, text)), taken);
    assert.ok(taken.length > 1 && taken.length < texts.length, `${taken}`);
  });
}

Deno.test("every field has an example that it takes, and no pattern that means more elsewhere", () => {
  for (const [name, field] of Object.entries(fields)) {
    const { example, pattern = "" } = z.toJSONSchema(field, { io: "input" });
    if (name !== "shortName") {
      assert.ok(field.safeParse(String(example)).success, name);
    }
    // `\w` is every letter in Python. The digits of a time are held to ASCII by its format.
    if (name !== "instant") assert.doesNotMatch(pattern, /\\[wd]/, name);
  }
});

Deno.test("a time in the first or last year stays in the years that PostgreSQL reads", () => {
  const parsed = [
    instant.parse("0002-01-01T00:00:00+23:59"),
    instant.parse("9998-12-31T23:59:59-23:59"),
  ];
  assert.deepEqual(parsed, [
    "0001-12-31T00:01:00.000Z",
    "9999-01-01T23:58:59.000Z",
  ]);
});
