/** The dashboard as a person meets it: a real browser, the real system, a market that the test moves. */
import assert from "node:assert/strict";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { freePort } from "../dev/server.ts";
import { addingSteps } from "./support/browser_adding.ts";
import { faultsOf, openBrowser, visit } from "./support/browser.ts";
import { localeSteps } from "./support/browser_locale.ts";
import { chartSteps } from "./support/browser_charts.ts";
import { traceSteps } from "./support/browser_trace.ts";
import { onFresh, startHost } from "./support/host.ts";
import { startMarketStub } from "./support/market_stub.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const pages = [
  "/",
  "/symbols/AAPL",
  "/symbols/AAPL?range=all&compare=MSFT&at=12:00&zone=utc",
  "/alerts",
  "/actors",
  "/dead-letters",
  "/streams/quotes?symbol=AAPL&text=price&from=2026-01-31T14:30",
  "/nowhere",
];

Deno.test("the dashboard in a browser", async (t) => {
  const market = startMarketStub();
  const database = await testDatabase();
  const redis = await testRedis();
  const port = freePort();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    FINNHUB_API_KEY: "test",
    FINNHUB_BASE_URL: market.url,
    FINNHUB_CALLS_PER_MINUTE: "6000",
    MARKET_HOURS: "always",
    WATCHLIST: "AAPL",
  };
  const start = () => startHost({ env, port });
  let application = await start();
  const browser = await openBrowser();
  const { url } = application;
  try {
    await t.step("shows each signal's value within seconds", async () => {
      const { page, complaints } = await visit(browser, url);
      const row = page.getByRole("row", { name: "AAPL" });
      await row.getByText("190.00", { exact: true }).waitFor();
      await row.getByText("+1.00").waitFor();
      await row.getByText("+0.50%").waitFor();
      await row.getByRole("img", { name: "23 buy · 5 hold · 1 sell" })
        .waitFor();
      await row.getByRole("link", { name: "A quiet day" }).waitFor();
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

    await t.step("shows a new value without being loaded again", async () => {
      const { page, complaints } = await visit(browser, url);
      await page.evaluate(() => Object.assign(globalThis, { sameLoad: true }));
      // A quote has its time in whole seconds: the next second makes it a new one. The price is set before
      // it, for a scan by the schedule may take that second.
      market.prices.set("AAPL", 191.25);
      await page.waitForTimeout(1100);
      await page.getByRole("button", { name: "Scan now: Price quotes" })
        .click();
      await page.getByText("191.25", { exact: true }).waitFor();
      assert.ok(await page.evaluate(() => "sameLoad" in globalThis));
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

    await t.step(
      "adds, removes and brings back, by keyboard alone",
      async () => {
        const { page, complaints } = await visit(browser, url);
        const field = page.getByRole("combobox", { name: "Add a symbol" });
        await field.focus();
        await page.keyboard.type("ms");
        await page.getByRole("option", { name: "MSFT" }).waitFor();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        const row = page.getByRole("row", { name: "MSFT" });
        await row.getByText("400.00", { exact: true }).waitFor();
        await row.getByRole("button", { name: "Remove MSFT" }).focus();
        await page.keyboard.press("Enter");
        await row.waitFor({ state: "detached" });
        // The focus waits on "Undo".
        await page.waitForFunction(() =>
          document.activeElement?.textContent?.includes("Undo")
        );
        await page.keyboard.press("Enter");
        await row.waitFor();
        assert.deepEqual(complaints, []);
        await page.context().close();
      },
    );

    await t.step(
      "shows a headline of two symbols once, in whatever order they stand",
      async () => {
        const { page, complaints } = await visit(browser, url);
        const row = (symbol: string) => page.locator(`[data-symbol=${symbol}]`);
        await row("MSFT").getByText("as AAPL").waitFor();
        await row("AAPL").getByText("also MSFT").waitFor();
        const headline = page.getByRole("link", { name: "A quiet day" });
        assert.equal(await headline.count(), 1);
        await page.getByRole("searchbox").fill("msft");
        await row("AAPL").waitFor({ state: "hidden" });
        await row("MSFT").getByRole("link", { name: "A quiet day" }).waitFor();
        await page.getByRole("searchbox").fill("quiet day");
        await row("AAPL").getByText("also MSFT").waitFor();
        const heading = page.getByRole("button", { name: "Symbol" });
        await heading.click();
        await heading.click();
        await row("MSFT").getByText("also AAPL").waitFor();
        assert.equal(await headline.count(), 1);
        assert.deepEqual(complaints, []);
        await page.context().close();
      },
    );

    await t.step("says beside the field why a symbol is refused", async () => {
      const { page } = await visit(browser, url);
      const field = page.getByRole("combobox", { name: "Add a symbol" });
      await field.fill("NOPE");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText('"NOPE"').waitFor();
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      assert.equal(await field.inputValue(), "NOPE");
      await page.context().close();
    });

    await t.step(
      "draws a hostile headline as text, without a link",
      async () => {
        market.headline = {
          text: `<img src=x onerror="alert(1)"><script>alert(2)</script>`,
          url: "javascript:alert(3)",
        };
        const { page, complaints } = await visit(browser, url);
        await page.getByRole("button", { name: "Scan now: Company news" })
          .click();
        const headline = page.getByText(market.headline.text).first();
        await headline.waitFor();
        await headline.click();
        for (const path of ["/", "/symbols/AAPL"]) {
          await page.goto(url + path);
          await page.getByText(market.headline.text).first().waitFor();
          assert.equal(await page.locator("main img, main script").count(), 0);
          assert.equal(await page.locator("a[href^=javascript]").count(), 0);
        }
        assert.deepEqual(complaints, []);
        await page.context().close();
      },
    );

    await t.step(
      "lists a garbage entry of a stream, and deletes it",
      async () => {
        const garbage = "<script>alert(4)</script>";
        await addToStream(redis.url, "quotes", garbage);
        await addToStream(redis.url, "quotes", "stays for the tests below");
        const { page, complaints } = await visit(
          browser,
          `${url}/dead-letters`,
        );
        const letter = page.getByRole("listitem").filter({ hasText: garbage });
        await letter.waitFor();
        await letter.getByText("Payload").click();
        await letter.getByText(garbage).waitFor();
        await letter.getByRole("button", { name: "Delete" }).press("Enter");
        await letter.waitFor({ state: "detached" });
        await page.getByText("1 dead letter deleted.").waitFor();
        assert.deepEqual(complaints, []);
        await page.context().close();
      },
    );

    await t.step("pauses and resumes an actor on the spot", async () => {
      const { page, complaints } = await visit(browser, `${url}/actors`);
      await page.evaluate(() => Object.assign(globalThis, { sameLoad: true }));
      const card = page.getByRole("region", { name: "Price quotes" });
      await card.getByRole("button", { name: "Pause" }).press("Enter");
      await card.getByText("Paused").waitFor();
      await page.getByText("Price quotes is paused.").waitFor();
      await card.getByRole("button", { name: "Resume" }).press("Enter");
      await card.getByText("Running").first().waitFor();
      assert.ok(await page.evaluate(() => "sameLoad" in globalThis));
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

    await chartSteps(t, browser, url, database.url);
    await addingSteps(t, { browser, url, market });
    await traceSteps(t, { browser, url, market, databaseUrl: database.url });

    for (const dark of [false, true]) {
      const how = dark ? "in the dark, on a phone" : "by day, on a desk";
      await t.step(
        `has no fault of access ${how}`,
        async () => {
          for (const path of [...pages, ...await eventPages(url)]) {
            const { page, complaints } = await visit(browser, url + path, {
              dark,
              phone: dark,
            });
            await page.waitForTimeout(300);
            assert.deepEqual(await faultsOf(page), [], path);
            const expected = path === "/nowhere" ? 1 : 0;
            assert.equal(complaints.length, expected, `${path}: ${complaints}`);
            await page.context().close();
          }
        },
      );
    }

    await localeSteps(t, browser, url);

    await t.step("shows and does everything without JavaScript", async () => {
      const { page } = await visit(browser, url, { javaScript: false });
      await page.getByText("191.25", { exact: true }).waitFor();
      const field = page.getByRole("combobox", { name: "Add a symbol" });
      await field.fill("NOPE");
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByRole("alert").getByText("NOPE").waitFor();
      await page.getByRole("button", { name: "Remove MSFT" }).click();
      await page.getByText("MSFT was removed.").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("row", { name: "MSFT" }).waitFor();
      await page.goto(`${url}/actors`);
      await page.getByRole("button", { name: "Restart: Company news" }).click();
      await page.getByText("Company news starts again.").waitFor();
      await page.context().close();
    });

    await t.step(
      "says that the connection is lost, and catches up",
      async () => {
        const { page } = await visit(browser, url);
        await page.getByText("191.25", { exact: true }).waitFor();
        await application.stop();
        await page.getByText("Connection lost.").waitFor();
        market.prices.set("AAPL", 195.5);
        application = await start();
        await fetch(`${url}/api/signals/quotes/scan`, { method: "POST" })
          .then((response) => response.body?.cancel());
        await page.getByText("Connection lost.").waitFor({ state: "detached" });
        await page.getByText("195.50", { exact: true }).waitFor();
        await page.context().close();
      },
    );

    await t.step({
      name: "sends less than 25 kB of JavaScript",
      ignore: onFresh, // Its client can do more, and takes 24 kB.
      fn: async () => assert.ok(await scriptBytes(url) < 25_000),
    });

    await t.step("asks for the token on a page without faults", async () => {
      await application.stop();
      application = await startHost({
        env: { ...env, ACCESS_TOKEN: "a-token-of-the-test" },
        port,
      });
      for (const dark of [false, true]) {
        const { page } = await visit(browser, url, { dark });
        await page.getByLabel("Access token").waitFor();
        assert.deepEqual(await faultsOf(page), []);
        await page.context().close();
      }
    });
  } finally {
    await browser.close();
    await application.stop();
    await market.stop();
    await redis.stop();
    await database.drop();
  }
});

/** Of the newest price, of its event, and of a price whose event is not kept any more. */
async function eventPages(url: string): Promise<string[]> {
  const read = async (path: string) => await (await fetch(url + path)).json();
  const { position } = await read(
    "/api/signals/quotes/provenance?symbol=AAPL",
  );
  const { rows: [oldest] } = await read(
    "/api/signals/quotes/history?symbol=AAPL&points=10",
  );
  const gone = new URLSearchParams({ symbol: "AAPL", at: oldest.at });
  return [`/events/quotes/${position}`, `/events/quotes?${gone}`];
}

async function addToStream(url: string, signal: string, data: string) {
  const redis = connectRedis(url);
  await redis.xadd(`signalbox:stream:${signal}`, "*", "data", data);
  await disconnectRedis(redis);
}

/** All scripts of all pages, each compressed by itself, as a server sends them. */
async function scriptBytes(url: string): Promise<number> {
  const scripts = new Set<string>();
  for (const path of pages) {
    const html = await (await fetch(url + path)).text();
    for (const [script] of html.matchAll(/\/_\/[^"&]+\.js/g)) {
      scripts.add(script);
    }
  }
  assert.ok(scripts.size > 3);
  let sum = 0;
  for (const script of scripts) {
    const body = (await fetch(url + script)).body!;
    const packed = body.pipeThrough(new CompressionStream("gzip"));
    sum += (await new Response(packed).arrayBuffer()).byteLength;
  }
  return sum;
}
