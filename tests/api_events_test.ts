/** The event stream: what comes, how often, and that nothing of a client stays behind. */
import assert from "node:assert/strict";
import { feedOf } from "../api/events.ts";
import type { Body } from "./support/api_conformance.ts";
import { type Api, startApi } from "./support/api_system.ts";

const at = (second: number) =>
  new Date(Date.UTC(2026, 0, 30, 15, 0, second)).toISOString();

Deno.test("a client gets the values that there are, then each new one, and the status", async () => {
  await using api = await startApi();
  await api.quote("AAPL", at(0), 1);
  await using client = await connect(api, "/api/events");
  assert.deepEqual((await client.next("latest")).value.price, 1);
  const status = await client.next("status");
  assert.equal(status[0].name, "quotes");
  assert.equal(status[0].state, "running");
  await api.quote("AAPL", at(1), 2);
  const latest = await client.next("latest");
  assert.deepEqual([
    latest.signal,
    latest.symbol,
    latest.at,
    latest.value.price,
  ], [
    "quotes",
    "AAPL",
    at(1),
    2,
  ]);
  assert.match(client.raw, /^retry: 2000\n\n/);
});

Deno.test("a client that filters gets only that signal and symbol", async () => {
  await using api = await startApi();
  await using client = await connect(
    api,
    "/api/events?signal=quotes&symbol=aapl",
  );
  await client.next("status");
  await api.quote("MSFT", at(1));
  await api.quote("AAPL", at(1));
  assert.equal((await client.next("latest")).symbol, "AAPL");
  await using other = await connect(api, "/api/events?signal=news");
  await other.next("status");
  await api.quote("AAPL", at(2));
  assert.equal((await client.next("latest")).at, at(2));
  assert.doesNotMatch(other.raw, /event: latest/);
});

Deno.test("render=cell has drawn cells in place of the value, and only new ones", async () => {
  await using api = await startApi();
  await using client = await connect(api, "/api/events?render=cell");
  await client.next("status");
  await api.quote("AAPL", at(1), 321.5);
  const { cells, value } = await client.next("latest");
  assert.equal(value, undefined);
  assert.deepEqual(cells[0], { text: "321.50", key: 321.5 });
  await using late = await connect(api, "/api/events?render=cell");
  await late.next("status");
  await api.quote("AAPL", at(2), 322);
  assert.equal((await late.next("latest")).at, at(2));
});

Deno.test("a client hears of the watchlist's order, and of each change of it", async () => {
  await using api = await startApi();
  await using client = await connect(api, "/api/events");
  await client.next("watchlist");
  await (await api.send("PUT", "/api/watchlist/AAPL")).body?.cancel();
  const { lists } = await client.next("watchlist");
  assert.deepEqual(lists, { 1: ["AAPL"] });
});

Deno.test("a symbol that changes all the time comes four times a second, with its newest value", async () => {
  await using api = await startApi();
  await using client = await connect(api, "/api/events");
  await client.next("status");
  const began = performance.now();
  const last = 60;
  for (let i = 1; i <= last; i++) {
    await api.quote("AAPL", at(i));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  let message: Body;
  let count = 0;
  do {
    message = await client.next("latest");
    count++;
  } while (message.at !== at(last));
  const seconds = (performance.now() - began) / 1000;
  assert.ok(count <= 4 * seconds + 2, `${count} messages in ${seconds} s`);
  assert.ok(count >= 2);
});

Deno.test("a change of status is told, and no change is not", async () => {
  await using api = await startApi();
  await using client = await connect(api, "/api/events");
  await client.next("status");
  await api.services.commands.pause("news");
  const status = await client.next("status");
  const news = status.find((one: { name: string }) => one.name === "news");
  assert.equal(news.state, "paused");
  assert.equal(client.raw.match(/event: status/g)?.length, 2);
});

Deno.test("a client that leaves is forgotten, and the feed rests without clients", async () => {
  let listening = 0;
  await using api = await startApi({
    values: {
      onChange: () => {
        listening++;
        return () => void listening--;
      },
    },
  });
  const feed = feedOf(api.services);
  const one = await connect(api, "/api/events");
  const two = await connect(api, "/api/events");
  await one.next("status");
  assert.deepEqual([feed.clients, listening], [2, 1]);
  await one[Symbol.asyncDispose]();
  await until(() => feed.clients === 1);
  assert.equal(listening, 1);
  await two[Symbol.asyncDispose]();
  await until(() => feed.clients === 0);
  assert.equal(listening, 0);
});

Deno.test("streams end when the system leaves, so that the server can stop", async () => {
  const leaving = new AbortController();
  await using api = await startApi({ leaving: leaving.signal });
  await using client = await connect(api, "/api/events");
  await client.next("status");
  leaving.abort();
  await client.ended;
  assert.equal(feedOf(api.services).clients, 0);
  await using late = await connect(api, "/api/events");
  await late.ended;
});

interface Client extends AsyncDisposable {
  /** All that came so far. */
  readonly raw: string;
  readonly ended: Promise<void>;
  /** The data of the next message of this type that was not taken yet. */
  next(type: string): Promise<Body>;
}

async function connect(api: Api, path: string): Promise<Client> {
  const abort = new AbortController();
  const response = await api.call(path, { signal: abort.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  let raw = "";
  const taken = new Map<string, number>();
  const ended = (async () => {
    const text = response.body!.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) raw += chunk;
  })().catch((error) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    get raw() {
      return raw;
    },
    ended,
    async next(type) {
      const nth = taken.get(type) ?? 0;
      taken.set(type, nth + 1);
      const find = () =>
        raw.split("\n\n").slice(0, -1)
          .filter((message) => message.startsWith(`event: ${type}\n`))[nth];
      await until(() => find() !== undefined);
      return JSON.parse(find()!.split("\ndata: ")[1]!);
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await ended;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) assert.fail(`not within 5 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
