import assert from "node:assert/strict";
import {
  addressOf,
  isStale,
  matches,
  nextSort,
  type Row,
  type Signal,
  sorted,
  stateOf,
  summaryOf,
  wantedOf,
  withStatus,
} from "./data.ts";

const at = Date.parse("2026-01-31T15:00:00.000Z");

const column = {
  name: "quotes.price",
  heading: "Price",
  width: null,
  numeric: true,
  sortable: true,
  movement: false,
  marksNew: false,
};
const moved = { ...column, name: "quotes.moved", heading: "%", movement: true };
const picture = { ...column, name: "quotes.recent", sortable: false };

const quotes: Signal = {
  name: "quotes",
  title: "Price quotes",
  state: "running",
  failing: {},
  next: null,
  last_scanned: null,
  waiting: null,
  last_error: null,
  quota: null,
  closedUntil: null,
  staleAfterMs: 60_000,
  columns: [column, moved, picture],
};
const news: Signal = {
  ...quotes,
  name: "news",
  title: "News",
  staleAfterMs: null,
  columns: [{ ...column, name: "news.headline", heading: "News" }],
};
const signals = [quotes, news];

function row(symbol: string, place: number, ...keys: Row["keys"]): Row {
  return { symbol, place, keys, ats: [at, null], asked: null };
}

const rows = [
  row("A", 0, 10, 1.5, null, "b"),
  row("B", 1, null, null, null, "a"),
  row("C", 2, 9, -4, null, "c"),
  row("D", 3, 10, 0, null, null),
];

const order = (column: string, descending: boolean) =>
  sorted(rows, { column, descending }, signals).map(({ symbol }) => symbol)
    .join("");

Deno.test("rows are sorted by numbers and texts, ties in their own order, and those without a key last", () => {
  assert.equal(order("quotes.price", false), "CADB");
  assert.equal(order("quotes.price", true), "ADCB");
  assert.equal(order("news.headline", false), "BACD");
  assert.equal(order("symbol", true), "DCBA");
  assert.equal(sorted(rows.toReversed(), null, signals)[0]!.symbol, "A");
});

Deno.test("a heading sorts up, down, and back to the list's own order", () => {
  const up = nextSort(null, "symbol");
  assert.deepEqual(up, { column: "symbol", descending: false });
  const down = nextSort(up, "symbol");
  assert.deepEqual(down, { column: "symbol", descending: true });
  assert.equal(nextSort(down, "symbol"), null);
  assert.deepEqual(nextSort(down, "age"), { column: "age", descending: false });
});

Deno.test("an address says what is wanted, and what it cannot want is as not said", () => {
  const read = (text: string) => wantedOf(new URLSearchParams(text), signals);
  const wanted = read("sort=quotes.price&dir=desc&filter=tesla+inc&page=2");
  assert.deepEqual(wanted, {
    list: 1,
    sort: { column: "quotes.price", descending: true },
    filter: "tesla inc",
    page: 2,
  });
  assert.equal(
    addressOf(wanted),
    "/?sort=quotes.price&dir=desc&filter=tesla+inc&page=2",
  );
  const plain = { list: 1, sort: null, filter: "", page: 1 };
  assert.deepEqual(read("sort=quotes.recent&page=-1"), plain);
  assert.deepEqual(read("sort=__proto__&page=x&dir=desc"), plain);
  assert.equal(addressOf(plain), "/");
  assert.equal(addressOf({ ...plain, list: 3 }), "/?list=3");
  assert.equal(read("list=3").list, 3);
});

Deno.test("a filter asks for every word, in any case", () => {
  assert.equal(matches("TSLA Tesla Inc recalls cars", "tesla REC"), true);
  assert.equal(matches("TSLA Tesla Inc", "tesla apple"), false);
});

Deno.test("the summary counts by sign, and tells the farthest first", () => {
  assert.deepEqual(summaryOf(rows, signals), {
    heading: "%",
    up: 1,
    down: 1,
    flat: 1,
    movers: [{ symbol: "C", by: -4 }, { symbol: "A", by: 1.5 }],
  });
  assert.equal(summaryOf(rows, [news]), null);
});

Deno.test("a row says the worst of what holds for it", () => {
  const one = rows[0]!;
  const say = (changes: Partial<Signal>, now = at, ats = one.ats) =>
    stateOf({ ...one, ats }, [{ ...quotes, ...changes }, news], now);
  const fresh = { cause: null, at, actor: "quotes" };
  assert.deepEqual(say({}), { ...fresh, tone: "", text: "" });
  assert.deepEqual(say({}, at + 61_000), {
    ...fresh,
    tone: "warn",
    text: "▲ Stale",
    cause: "quotes",
  });
  const failing = { A: "finnhub refuses this symbol: 403" };
  assert.equal(
    say({ failing }, at + 61_000).text,
    "✕ Price quotes: finnhub refuses this symbol: 403",
  );
  const none = [null, null];
  assert.equal(say({}, at, none).text, "Waiting for the first data");
  assert.equal(
    say({ state: "paused" }, at, none).text,
    "No data: Price quotes is paused",
  );
  const closed = {
    waiting: "the market is closed",
    closedUntil: {
      at: "2026-11-27T14:30:00.000Z",
      zone: "America/New_York",
    },
  };
  assert.deepEqual(say(closed, at + 9e9), {
    ...fresh,
    tone: "idle",
    text: "☾ Closed until Fri 27 Nov, 09:30;",
  });
  const asked = stateOf({ ...one, ats: none, asked: at }, signals, at);
  assert.deepEqual(asked, {
    tone: "idle",
    text: "The market told nothing, asked",
    cause: "quotes",
    at,
    actor: null,
  });
});

Deno.test("a value is not stale while its own exchange is closed, though others are scanned", () => {
  const now = 10 * 60_000;
  const row = { symbol: "7203.T", ats: [0], asked: null };
  const said = (closed: Record<string, string | null>) =>
    stateOf(row, [{ ...quotes, closed }], now);
  assert.equal(said({ AAPL: null }).text, "▲ Stale");
  const { tone, text } = said({ "7203.T": null });
  assert.deepEqual([tone, text], ["idle", "☾"]);
});

Deno.test("a value is stale after its time, but not while the schedule rests", () => {
  const now = at + 61_000;
  assert.equal(isStale(at, quotes, now), true);
  assert.equal(isStale(at, quotes, now - 2000), false);
  assert.equal(isStale(at, { ...quotes, waiting: "closed" }, now), false);
  assert.equal(isStale(at, news, now), false);
  assert.equal(isStale(null, quotes, now), false);
});

Deno.test("a status changes its own signal and keeps what is not in it", () => {
  const { staleAfterMs: _, columns: __, ...status } = quotes;
  const paused = withStatus(signals, [{ ...status, state: "paused" }]);
  assert.equal(paused[0]!.state, "paused");
  assert.equal(paused[0]!.columns, quotes.columns);
  assert.deepEqual(withStatus(signals, []), signals);
});
