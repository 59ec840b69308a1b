import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { NotReadyError, type Values } from "../../host/services.ts";
import { catalogOf } from "../../tests/support/actors.ts";
import { actorStatus } from "../../tests/support/actors.ts";
import { type Choice, choiceOf } from "./choice.ts";
import { latestOf, symbolPanels } from "./symbol_page.tsx";

const at = "2026-01-30T21:00:00.000Z";
const newest = { symbol: "AAPL", at, price: 190 };

const chosen = (query: string): Choice =>
  choiceOf(
    new URL(`http://localhost/symbols/AAPL${query}`),
    null,
    Date.parse(at),
  );

const status = {
  actors: () => Promise.resolve([actorStatus("quotes")]),
} as never;

function valuesOf(history: Values["history"]): Values {
  return {
    latest: () => Promise.resolve(new Map([["AAPL", newest]])),
    history,
    recent: () => Promise.reject(new Error("is not asked")),
    onChange: () => () => {},
  };
}

const subjectOf = async (services: Parameters<typeof latestOf>[0]) => (
  { symbol: "AAPL", latest: await latestOf(services, "AAPL") }
);

Deno.test("an actor that does not answer costs its own panel alone, and says why", async () => {
  const values = valuesOf((actor, _query, withinMs) => {
    assert.equal(withinMs, 2_500, "a page does not wait longer");
    return actor === "quotes"
      ? Promise.resolve([newest])
      : Promise.reject(new NotReadyError(`${actor} <does> not answer`));
  });
  const catalog = catalogOf({ stuck: {}, quotes: {} });
  const panels = await symbolPanels(
    { catalog, values, status },
    await subjectOf({ catalog, values }),
    chosen("?range=all"),
  );
  assert.deepEqual(Object.keys(panels), ["stuck", "quotes"]);
  const [stuck, quotes] = Object.values(panels).map((p) => renderToString(p));
  assert.match(
    stuck!,
    /Its history cannot be read now: stuck &lt;does> not answer/,
  );
  assert.match(stuck!, /Newest value/);
  assert.match(quotes!, /<td[^>]*>190<\/td>/);
});

Deno.test("all panels are asked for at once, and only those with a range by it, thinned, as whole as their view wants", async () => {
  const asked: unknown[] = [];
  const all = Promise.withResolvers<[]>();
  const values = valuesOf((actor, query) => {
    asked.push([actor, query]);
    if (asked.length === 3) all.resolve([]);
    return all.promise;
  });
  const catalog = catalogOf({ quotes: { ranged: true, whole: 9 }, news: {} });
  await symbolPanels(
    { catalog, values, status },
    await subjectOf({ catalog, values }),
    chosen(""),
  );
  const symbol = "AAPL";
  const from = "2026-01-29T21:00:00.000Z";
  assert.deepEqual(asked, [
    ["quotes", { symbol, limit: 2_000, points: 1_200, whole: 9, from }],
    ["quotes", { symbol, to: from, limit: 1 }],
    ["news", { symbol, limit: 500 }],
  ]);
});

Deno.test("a range that reaches back beyond the first value says when history starts", async () => {
  const first = { symbol: "AAPL", at: "2026-01-30T20:30:00.000Z", price: 1 };
  const values = valuesOf((_actor, query) =>
    Promise.resolve(query.to ? [] : [first, newest])
  );
  const catalog = catalogOf({ quotes: { ranged: true } });
  const panels = await symbolPanels(
    { catalog, values, status },
    await subjectOf({ catalog, values }),
    chosen("?range=5d&zone=utc"),
  );
  assert.match(
    renderToString(panels.quotes!),
    /History starts Fri,? 30 Jan 2026,? (at )?20:30: a longer range shows the same/,
  );
});

Deno.test("a symbol that is not watched has a page while an actor has a value of it", async () => {
  const services = {
    catalog: catalogOf({ quotes: {} }),
    values: valuesOf(() => Promise.resolve([])),
  };
  const known = await latestOf(services, "AAPL");
  assert.deepEqual([...known], [["quotes", newest]]);
  assert.equal((await latestOf(services, "TSLA")).size, 0);
});

Deno.test("a range that an actor cannot thin says that it is cut", async () => {
  const values = valuesOf((_actor, { limit, to }) =>
    Promise.resolve(
      to ? [newest] : new Array(Math.min(limit, 9_000)).fill(newest),
    )
  );
  const catalog = catalogOf({ quotes: { ranged: true } });
  const panels = await symbolPanels(
    { catalog, values, status },
    await subjectOf({ catalog, values }),
    chosen("?range=1y"),
  );
  assert.match(
    renderToString(panels.quotes!),
    /only the newest 2000 are shown/,
  );
});
