import assert from "node:assert/strict";
import { createFeedClient } from "./feed_client.ts";

const text = new TextEncoder();

function offer(
  client: ReturnType<typeof createFeedClient>,
  symbol: string,
  at: string,
) {
  const change = { actor: "quotes", value: { symbol, at } };
  client.offer(change, text.encode(`${symbol} ${at};`));
}

Deno.test("what a client sees never goes back in market time", async () => {
  const client = createFeedClient({ cells: false }, 2000, () => {});
  offer(client, "A", "2026-01-30T15:00:02.000Z");
  offer(client, "A", "2026-01-30T15:00:01.000Z");
  offer(client, "A", "2026-01-30T15:00:02.000Z");
  offer(client, "B", "2026-01-30T15:00:01.000Z");
  offer(client, "A", "2026-01-30T15:00:03.000Z");
  client.close();
  assert.equal(
    await client.response.text(),
    "retry: 2000\n\nA 2026-01-30T15:00:02.000Z;B 2026-01-30T15:00:01.000Z;" +
      "A 2026-01-30T15:00:03.000Z;",
  );
});

Deno.test("a wish leaves out other signals and other symbols", () => {
  const wish = { signal: "quotes", symbol: "A", cells: false };
  const client = createFeedClient(wish, 2000, () => {});
  assert.equal(client.wants("quotes", "A"), true);
  assert.equal(client.wants("news", "A"), false);
  assert.equal(client.wants("quotes", "B"), false);
  client.close();
});
