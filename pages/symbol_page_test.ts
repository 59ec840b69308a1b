import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { NotReadyError, type Values } from "../host/services.ts";
import { catalogOf } from "../tests/support/actors.ts";
import { isKnown, rangeOf, startOf, symbolPanels } from "./symbol_page.tsx";

const at = "2026-01-30T21:00:00.000Z";
const newest = { symbol: "AAPL", at, price: 190 };

Deno.test("a range is counted back from the newest value, not from now", () => {
  const start = startOf(rangeOf("1d"), at);
  assert.equal(start, "2026-01-29T21:00:00.000Z");
});

Deno.test("all has no start, and an unknown range is the first one", () => {
  assert.equal(startOf(rangeOf("all"), at), undefined);
  assert.equal(rangeOf("10y").name, "1d");
  assert.equal(rangeOf(null).name, "1d");
});

function valuesOf(history: Values["history"]): Values {
  return {
    latest: () => Promise.resolve(new Map([["AAPL", newest]])),
    history,
    recent: () => Promise.resolve(new Map()),
    onChange: () => () => {},
  };
}

Deno.test("an actor that does not answer costs its own panel alone, and says why", async () => {
  const values = valuesOf((actor, _query, withinMs) => {
    assert.equal(withinMs, 2_500, "a page does not wait longer");
    return actor === "quotes"
      ? Promise.resolve([newest])
      : Promise.reject(new NotReadyError(`${actor} <does> not answer`));
  });
  const catalog = catalogOf({ stuck: {}, quotes: {} });
  const panels = await symbolPanels(
    { catalog, values },
    "AAPL",
    rangeOf("all"),
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

Deno.test("all panels are asked for at once, and only those with a range by it", async () => {
  const asked: [actor: string, from: string | undefined][] = [];
  const all = Promise.withResolvers<[]>();
  const values = valuesOf((actor, { from }) => {
    asked.push([actor, from]);
    if (asked.length === 2) all.resolve([]);
    return all.promise;
  });
  const catalog = catalogOf({ quotes: { ranged: true }, news: {} });
  await symbolPanels({ catalog, values }, "AAPL", rangeOf("1d"));
  assert.deepEqual(asked, [
    ["quotes", "2026-01-29T21:00:00.000Z"],
    ["news", undefined],
  ]);
});

Deno.test("a symbol has a page while it is watched or something is stored of it", async () => {
  const services = {
    catalog: catalogOf({ quotes: {} }),
    values: valuesOf(() => Promise.resolve([])),
    watching: {
      list: () => Promise.resolve([{ symbol: "MSFT", added_at: at }]),
    } as never,
  };
  assert.equal(await isKnown(services, "MSFT"), true);
  assert.equal(await isKnown(services, "AAPL"), true);
  assert.equal(await isKnown(services, "TSLA"), false);
});
