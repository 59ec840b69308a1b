import assert from "node:assert/strict";
import { sentEvents } from "./sent_events.ts";
import { listText, type Watched } from "./watch.ts";

const column = (heading: string, width: number | null, numeric = false) => ({
  name: heading,
  heading,
  width,
  numeric,
});
const at = "2026-11-26T10:00:00Z";
const watched: Watched = {
  signals: [
    {
      name: "quotes",
      columns: [
        column("Price", 9, true),
        column("Day range", 17, true),
        column("Recent", 10),
      ],
    },
    { name: "news", columns: [column("Latest news", null)] },
  ],
  symbols: ["IBM", "BRK.B"],
  values: new Map([
    [
      "quotes",
      new Map([["IBM", { at, texts: ["180.50", "179.00 – 181.00", ""] }]]),
    ],
    ["news", new Map([["IBM", { at, texts: [`${"A headline ".repeat(9)}`] }]])],
  ]),
};

Deno.test("the list has the columns that its signals have, and the age of the first one's value", () => {
  const text = listText(watched, () => "3 min ago", Infinity);
  const [head, ibm, brk] = text.split("\n");
  assert.match(head!, /^SYMBOL +PRICE +DAY RANGE +AGE +LATEST NEWS$/);
  assert.match(
    ibm!,
    /^IBM +180\.50 +179\.00 – 181\.00 +3 min ago +A headl.*e$/,
  );
  assert.match(brk!, /^BRK\.B +- +- +- +-$/);
});

Deno.test("of the columns that do not fit the widest is left out, and headlines get the rest", () => {
  const lines = listText(watched, () => "3 min ago", 55).split("\n");
  assert.match(lines[0]!, /^SYMBOL +PRICE +AGE +LATEST NEWS$/);
  assert.ok(lines.every((line) => line.length <= 55), lines.join("\n"));
  assert.match(lines[1]!, /…$/);
});

Deno.test("sent events are read however they are cut", async () => {
  const text =
    'retry: 500\n\nevent: latest\ndata: {"a":1}\n\n:\n\nid: 7\nevent: x\ndata: 1\ndata: 2\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, 1000]) {
    const parts = [];
    for (let n = 0; n < bytes.length; n += size) {
      parts.push(bytes.slice(n, n + size));
    }
    const found = await Array.fromAsync(sentEvents(ReadableStream.from(parts)));
    assert.deepEqual(found, [
      { event: "latest", data: '{"a":1}' },
      { event: "x", data: "1\n2" },
    ]);
  }
});
