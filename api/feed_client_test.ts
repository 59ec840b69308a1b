import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import {
  createFeedClient,
  eventMessage,
  openEventStream,
} from "./feed_client.ts";

const text = new TextEncoder();

function offer(
  client: ReturnType<typeof createFeedClient>,
  symbol: string,
  at: string,
) {
  const message = text.encode(`${symbol} ${at};`);
  client.offer("quotes", {
    values: [{ symbol, at }],
    messages: [message],
    all: message,
  });
}

Deno.test("until it has the present values, what a client sees never goes back in market time", async () => {
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

Deno.test("of a part a client gets what it wishes and has not got", async () => {
  const at = "2026-01-30T15:00:01.000Z";
  const part = {
    values: ["A", "B", "C"].map((symbol) => ({ symbol, at })),
    messages: ["A;", "B;", "C;"].map((message) => text.encode(message)),
    all: text.encode("all;"),
  };
  const told = async (wish: { symbol?: string; actor?: string }) => {
    const client = createFeedClient({ cells: false, ...wish }, () => {});
    client.offer("quotes", part);
    client.offer("quotes", part);
    offer(client, "B", "2026-01-30T15:00:02.000Z");
    client.close();
    return (await client.response.text()).replace("retry: 2000\n\n", "");
  };
  assert.equal(await told({}), "all;B 2026-01-30T15:00:02.000Z;");
  assert.equal(await told({ symbol: "C" }), "C;");
  assert.equal(await told({ actor: "news" }), "");
});

Deno.test("a wish leaves out other signals and other symbols", () => {
  const wish = { actor: "quotes", symbol: "A", cells: false };
  const client = createFeedClient(wish, () => {});
  assert.equal(client.wants("quotes", "A"), true);
  assert.equal(client.wants("news", "A"), false);
  assert.equal(client.wants("quotes", "B"), false);
  client.close();
});
const kilobyte = new Uint8Array(1024);

Deno.test("a client that does not read is dropped at the limit, once", async () => {
  let closed = 0;
  const stream = openEventStream(() => closed++, 4096);
  for (let i = 0; i < 10; i++) stream.send(kilobyte);
  assert.equal(closed, 1);
  const { length } = await stream.response.bytes();
  assert.equal(length, 4096, "what waited is still delivered");
});

Deno.test("a client that reads is kept", async () => {
  let closed = 0;
  const stream = openEventStream(() => closed++, 4096);
  const reader = stream.response.body!.getReader();
  for (let i = 0; i < 10; i++) {
    stream.send(kilobyte);
    await reader.read();
  }
  assert.equal(closed, 0);
  await reader.cancel();
  assert.equal(closed, 1);
  stream.send(kilobyte);
  stream.close();
  assert.equal(closed, 1);
});

Deno.test("ready waits for a slow reader, and not for one that is gone", async () => {
  const stream = openEventStream(() => {}, 4096);
  for (let i = 0; i < 3; i++) stream.send(kilobyte);
  let ready = false;
  const waiting = stream.ready().then(() => ready = true);
  await sleep(10);
  assert.equal(ready, false);
  const reader = stream.response.body!.getReader();
  await reader.read();
  await waiting;
  for (let i = 0; i < 2; i++) stream.send(kilobyte);
  const gone = stream.ready();
  await reader.cancel();
  await gone;
});

Deno.test("a message is one line of JSON, whatever is in it", () => {
  const message = eventMessage("latest", { text: "two\nlines\r\n\n" });
  assert.equal(
    new TextDecoder().decode(message),
    'event: latest\ndata: {"text":"two\\nlines\\r\\n\\n"}\n\n',
  );
});
