import assert from "node:assert/strict";
import type { Outcome, Target } from "../../host/services.ts";
import { listOf } from "./data.ts";
import { addressOf, noticeOf, submitWatchlist } from "./submit.ts";

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, text] of Object.entries(fields)) data.set(name, text);
  return data;
}

const added: Outcome = {
  given: "",
  outcome: "added",
  symbol: "BRK.B",
  list: 1,
  name: null,
  confirmed: true,
  reason: null,
  choices: [],
};

/** A watchlist that answers so, and what it was asked. */
function watchingOf(outcome: Partial<Outcome>) {
  const asked: [text: string, target: Target][] = [];
  const watching = {
    addTyped(text: string, target: Target): Promise<Outcome> {
      asked.push([text, target]);
      return Promise.resolve({ ...added, ...outcome });
    },
  };
  return { asked, services: { watching, commands: {} } as never };
}

Deno.test("the form says the warning of a market that could not be asked", async () => {
  const reason = "Added without asking: 503";
  const { services, asked } = watchingOf({ reason, confirmed: false });
  const done = await submitWatchlist(services, form({ symbol: " aapl " }));
  assert.deepEqual(done, { notice: { text: reason, undo: null } });
  assert.deepEqual(asked, [[" aapl ", { list: 1 }]]);
});

Deno.test("the form leads to the page that says what was done, of the same list", async () => {
  const { services, asked } = watchingOf({});
  const fields = { symbol: "BRK.B", list: "7", place: "2.5" };
  const address = await submitWatchlist(services, form(fields));
  assert.equal(address, "/?list=7&added=BRK.B");
  assert.deepEqual(asked, [["BRK.B", { list: 7, place: 2.5 }]]);
  const entries = [{ symbol: "BRK.B", name: "Berkshire Hathaway Inc" }];
  assert.deepEqual(noticeOf(new URLSearchParams("added=BRK.B"), entries), {
    text: "BRK.B (Berkshire Hathaway Inc) is on the watchlist.",
    undo: null,
  });
  assert.deepEqual(noticeOf(new URLSearchParams("removed=KO&place=3")), {
    text: "KO was removed.",
    undo: "KO",
    place: 3,
  });
  assert.equal(noticeOf(new URLSearchParams("added=any+words")), null);
});

Deno.test("what was not added is said with what may be meant", async () => {
  const choices = [{ symbol: "KO", description: "Coca-Cola Co", type: "" }];
  const reason = "it may be each of these";
  const { services } = watchingOf({ symbol: null, reason, choices });
  const done = await submitWatchlist(services, form({ symbol: "co" }));
  assert.deepEqual(done, { error: reason, choices });
});

Deno.test("a button of a row says what and which; an intent that there is not adds", async () => {
  const moved: unknown[] = [];
  const entries = ["A", "B"].map((symbol) => ({ symbol }));
  const watching = {
    list: () => Promise.resolve(entries),
    move: (...given: unknown[]) => Promise.resolve(void moved.push(given)),
  };
  const services = { watching, commands: {} } as never;
  assert.equal(await submitWatchlist(services, form({ up: "B" })), "/");
  await submitWatchlist(services, form({ down: "A", list: "3" }));
  assert.deepEqual(moved, [["B", "A", 1], ["A", null, 3]]);
  const odd = watchingOf({});
  await submitWatchlist(
    odd.services,
    form({ intent: "toString", symbol: "A" }),
  );
  assert.equal(odd.asked.length, 1);
});

Deno.test("an address names its list, and anything but a number is the first one", () => {
  assert.equal(addressOf(1), "/");
  assert.equal(
    addressOf(2, { removed: "M&M.NS" }),
    "/?list=2&removed=M%26M.NS",
  );
  for (const odd of ["", "0", "x", "1e3", "-1", "1".repeat(10), null]) {
    assert.equal(listOf(odd), 1, String(odd));
  }
  assert.equal(listOf("12"), 12);
});
