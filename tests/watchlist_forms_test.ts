/** The forms of the watchlist's page, as a browser without JavaScript sends them. */
import assert from "node:assert/strict";
import { type Api, startApi } from "./support/api_system.ts";

async function submit(api: Api, fields: Record<string, string>) {
  const body = new FormData();
  for (const [name, text] of Object.entries(fields)) {
    if (name === "file") body.set(name, new File([text], "list.csv"));
    else body.set(name, text);
  }
  const headers = { "sec-fetch-site": "same-origin" };
  const answer = await api.call("/", { method: "POST", body, headers });
  const text = await answer.text();
  return { status: answer.status, to: answer.headers.get("location"), text };
}

async function page(api: Api, path: string): Promise<string> {
  const answer = await api.call(path, { headers: { accept: "text/html" } });
  assert.equal(answer.status, 200, path);
  return await answer.text();
}

async function symbolsOf(api: Api, list = 1): Promise<string> {
  const entries = await api.services.watching.list(list);
  return entries.map(({ symbol }) => symbol).join(" ");
}

Deno.test("a name adds its company and says which; where several are meant, each is a button", async () => {
  await using api = await startApi();
  const tesla = await submit(api, { intent: "add", symbol: "Tesla" });
  assert.deepEqual([tesla.status, tesla.to], [303, "/?added=TSLA"]);
  const said = await page(api, tesla.to!);
  assert.match(said, /TSLA \(Tesla Inc\) is on the watchlist\./);
  const several = await submit(api, { intent: "add", symbol: "inc" });
  assert.equal(several.status, 422);
  assert.match(several.text, /may be each of these: choose one/);
  assert.match(several.text, /name="symbol" value="META"/);
  const unknown = await submit(api, { intent: "add", symbol: "Teslo <b>" });
  assert.equal(unknown.status, 422);
  assert.match(unknown.text, /knows nothing called &quot;Teslo &lt;b/);
  assert.equal(await symbolsOf(api), "TSLA");
});

Deno.test("a pasted list and a file are added, and what became of each is said", async () => {
  await using api = await startApi();
  const { status, text } = await submit(api, {
    intent: "add-many",
    symbols: "AAPL, nope\n<script>",
    file: "",
  });
  assert.equal(status, 200);
  assert.match(text, /1 symbol added, 2 unknown\./);
  assert.match(text, /&lt;script>/);
  const csv = "list,symbol\nChips,NVDA\nChips,AMD\n";
  const file = { intent: "add-many", symbols: "", file: csv };
  assert.match((await submit(api, file)).text, /2 symbols added\./);
  assert.equal(await symbolsOf(api, 2), "NVDA AMD");
  const none = { intent: "add-many", symbols: " ", file: "" };
  assert.match((await submit(api, none)).text, /There is no symbol in it/);
});

Deno.test("lists are made, shown, renamed and deleted", async () => {
  await using api = await startApi();
  await submit(api, { intent: "add", symbol: "AAPL" });
  const made = await submit(api, {
    intent: "list-create",
    name: "Chips & <b>",
  });
  assert.equal(made.to, "/?list=2");
  const added = await submit(api, { symbol: "NVDA", list: "2" });
  assert.equal(added.to, "/?list=2&added=NVDA");
  const shown = await page(api, "/?list=2");
  assert.match(shown, /<title>Chips &amp; &lt;b>/);
  assert.match(shown, /href="\/symbols\/NVDA"/);
  assert.doesNotMatch(shown, /href="\/symbols\/AAPL"/);
  assert.match(shown, /aria-current="page">Chips &amp; &lt;b>/);
  const again = await submit(api, {
    intent: "list-create",
    name: "chips & <b>",
  });
  assert.equal(again.status, 422);
  assert.match(again.text, /there is a list named/);
  await submit(api, { intent: "list-rename", list: "2", name: "Semis" });
  assert.match(await page(api, "/"), />Semis </);
  const removed = await submit(api, {
    intent: "remove",
    symbol: "NVDA",
    list: "2",
  });
  assert.equal(removed.to, "/?list=2&removed=NVDA&place=1");
  assert.match(await page(api, removed.to!), /name="place" value="1"/);
  const gone = await submit(api, { intent: "list-delete", list: "2" });
  assert.equal(gone.to, "/");
  const none = await api.call("/?list=2");
  assert.equal(none.status, 404);
  await none.body?.cancel();
});

Deno.test("a symbol moves up and down, and back to its place after it was removed", async () => {
  await using api = await startApi();
  await submit(api, {
    intent: "add-many",
    symbols: "AAPL MSFT NVDA",
    file: "",
  });
  await submit(api, { intent: "up", symbol: "NVDA" });
  assert.equal(await symbolsOf(api), "AAPL NVDA MSFT");
  await submit(api, { intent: "down", symbol: "AAPL" });
  await submit(api, { intent: "down", symbol: "MSFT" });
  await submit(api, { intent: "up", symbol: "NVDA" });
  assert.equal(await symbolsOf(api), "NVDA AAPL MSFT");
  const removed = await submit(api, { intent: "remove", symbol: "AAPL" });
  const place = new URL(removed.to!, api.url).searchParams.get("place")!;
  await submit(api, { intent: "add", symbol: "AAPL", place });
  assert.equal(await symbolsOf(api), "NVDA AAPL MSFT");
});

Deno.test("what the market does not know is said above the list, and removed by one button", async () => {
  await using api = await startApi();
  const { sql } = api.parts;
  await api.services.watching.addMany(["AAPL", "KO", "PEP", "IBM", "GE", "X1"]);
  await sql`update watchlist set unknown_since = now() where symbol = 'X1'`;
  assert.match(await page(api, "/"), /demo does not know X1/);
  const gone = await submit(api, { intent: "remove-unknown" });
  assert.match(await page(api, gone.to!), /1 symbol removed\./);
  assert.equal(await symbolsOf(api), "AAPL KO PEP IBM GE");
});
