import assert from "node:assert/strict";
import { createFeedClient } from "./feed_client.ts";

const text = new TextEncoder();

const of = (actor: string, symbol: string, at = "") => ({
  actor,
  value: { symbol, at },
});

function offer(
  client: ReturnType<typeof createFeedClient>,
  symbol: string,
  at: string,
) {
  client.offer(of("quotes", symbol, at), text.encode(`${symbol} ${at};`));
}

Deno.test("what a client sees never goes back in market time", async () => {
  const client = createFeedClient({ cells: false }, () => {});
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
  const wish = { actor: "quotes", symbol: "A", cells: false };
  const client = createFeedClient(wish, () => {});
  assert.equal(client.wants(of("quotes", "A")), true);
  assert.equal(client.wants(of("news", "A")), false);
  assert.equal(client.wants(of("quotes", "B")), false);
  client.close();
});
