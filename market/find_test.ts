import assert from "node:assert/strict";
import { demo } from "./demo/demo.ts";
import { clearMatch, findListing } from "./find.ts";
import { type Listing, MarketUnavailableError } from "./market.ts";

const market = demo();

async function matchOf(text: string): Promise<string | undefined> {
  return (await findListing(market, text)).match?.symbol;
}

const listing = (symbol: string, description: string): Listing => (
  { symbol, description, type: "Common Stock" }
);

Deno.test("a name is as good as a symbol where one company is clearly meant", async () => {
  const meant = {
    "Tesla": "TSLA",
    "tesla inc": "TSLA",
    "Coca-Cola": "KO",
    "McDonald's": "MCD",
    "berkshire": "BRK.B",
    "Hathaway": "BRK.B",
    "brk/b": "BRK.B",
    "$aapl": "AAPL",
    "v": "V",
    "Visa": "V",
  };
  for (const [text, symbol] of Object.entries(meant)) {
    assert.equal(await matchOf(text), symbol, text);
  }
});

Deno.test("where several are meant, it asks; where none is, it names the nearest", async () => {
  const bank = await findListing(market, "inc");
  assert.equal(bank.match, null);
  assert.ok(bank.choices.length > 3 && bank.choices.length <= 8);
  const near = await findListing(market, "Teslo");
  assert.equal(near.match, null);
  assert.deepEqual(near.choices.map(({ symbol }) => symbol), ["TSLA"]);
  assert.deepEqual(
    await findListing(market, "nothing like it"),
    { match: null, choices: [] },
  );
});

Deno.test("of one company's listings the home exchange's is taken; of two classes none", () => {
  const apple = [
    listing("AAPL", "APPLE INC"),
    listing("AAPL.SW", "APPLE INC"),
    listing("APLE", "APPLE HOSPITALITY REIT INC"),
  ];
  assert.equal(clearMatch("apple", apple)?.symbol, "AAPL");
  assert.equal(clearMatch("apple", apple.slice(1))?.symbol, "AAPL.SW");
  const alphabet = [
    listing("GOOGL", "ALPHABET INC-CL A"),
    listing("GOOG", "ALPHABET INC-CL C"),
  ];
  assert.equal(clearMatch("alphabet", alphabet), null);
  assert.equal(clearMatch("goog", alphabet)?.symbol, "GOOG");
  const nestle = [listing("NESN.SW", "NESTLÉ SA")];
  assert.equal(clearMatch("nestle", nestle)?.symbol, "NESN.SW");
  assert.equal(clearMatch("...", nestle), null);
});

Deno.test("a market that is away is told, unless only the nearest names are missing", async () => {
  const away = new MarketUnavailableError("503");
  const dead = { search: () => Promise.reject(away) };
  await assert.rejects(findListing(dead, "Tesla"), away);
  let calls = 0;
  const once = {
    search: () => calls++ === 0 ? Promise.resolve([]) : Promise.reject(away),
  };
  const found = await findListing(once, "Tesla");
  assert.deepEqual([found, calls], [{ match: null, choices: [] }, 2]);
});
