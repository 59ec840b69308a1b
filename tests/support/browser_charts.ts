/** The chart of a symbol's page, as a person meets it: pointer, keys, zones, comparison, going to a time. */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Browser } from "playwright-core";
import { visit } from "./browser.ts";

const minute = 60_000;
/** A stretch without prices, in minutes before now. */
const outage = { from: 700, to: 300 };

/** Two days of prices of two symbols up to a while ago, with an outage, its lowest and its highest known. */
async function fill(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1 });
  const now = Date.now();
  const rows = [100, 200].flatMap((base, i) =>
    Array.from({ length: 700 }, (_, n) => n * 4 + 10)
      .filter((age) => age < outage.to || age > outage.from)
      .map((age) => ({
        symbol: ["AAPL", "MSFT"][i]!,
        at: new Date(now - age * minute).toISOString(),
        price: base + (age === 50 ? 30 : age === 1410 ? -30 : age % 7),
        change: null,
        percent_change: null,
        high: base,
        low: base,
        open: base,
        previous_close: base,
      }))
  );
  await sql`insert into quotes ${sql(rows)} on conflict do nothing`;
  await sql.end();
}

export async function chartSteps(
  t: Deno.TestContext,
  browser: Browser,
  url: string,
  databaseUrl: string,
): Promise<void> {
  await fill(databaseUrl);
  const address = `${url}/symbols/AAPL`;

  await t.step(
    "moves a crosshair by keys and pointer, and says each point",
    async () => {
      const { page, complaints } = await visit(
        browser,
        `${address}?range=5d&zone=utc`,
      );
      const chart = page.getByRole("slider", { name: /^AAPL from / });
      const readout = page.locator(".readout");
      await chart.focus();
      await page.keyboard.press("End");
      const newest = await readout.textContent();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      assert.notEqual(await readout.textContent(), newest);
      assert.equal(
        await chart.getAttribute("aria-valuetext"),
        await readout.textContent(),
      );
      await page.keyboard.press("Home");
      assert.equal(await chart.getAttribute("aria-valuenow"), "1");
      const box = (await chart.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + 50);
      assert.match(
        (await readout.textContent())!,
        /^\d+\.\d\d · .*\d\d:\d\d( [AP]M)?$/,
      );
      assert.ok(await page.locator(".cross:not([data-hidden])").isVisible());
      const event = page.getByRole("link", { name: "Its event" });
      const pointed = await chart.getAttribute("aria-valuetext");
      await event.click();
      await page.getByText("Its event is not known any more").waitFor();
      assert.match(
        await page.locator("pre").first().innerText(),
        new RegExp(`"price": ${Number(pointed!.split(" ")[0])}`),
      );
      assert.deepEqual(complaints, []);
      await page.context().close();
    },
  );

  await t.step("keeps what is pointed at while new values come", async () => {
    const { page } = await visit(browser, `${address}?range=5d`);
    const chart = page.getByRole("slider", { name: /^AAPL from / });
    await chart.focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight"]) {
      await page.keyboard.press(key);
    }
    const said = await page.locator(".readout").textContent();
    const before = await chart.getAttribute("aria-valuemax");
    await fetch(`${url}/api/signals/quotes/scan`, { method: "POST" })
      .then((response) => response.body?.cancel());
    await page.waitForFunction(
      (most) =>
        document.querySelector("[data-chart]")?.getAttribute(
          "aria-valuemax",
        ) !== most,
      before,
    );
    assert.equal(await page.locator(".readout").textContent(), said);
    assert.equal(
      await page.evaluate(() => document.activeElement?.id),
      "prices-stage",
    );
    await page.context().close();
  });

  await t.step(
    "offers the reader's own zone, and remembers the one that was chosen",
    async () => {
      const page = await browser.newPage({ timezoneId: "Europe/Berlin" });
      await page.goto(`${address}?range=5d`);
      await page.getByText("Times in New York.").waitFor();
      await page.getByRole("link", { name: "Berlin (here)" }).click();
      await page.getByText("Times in Berlin.").waitFor();
      assert.match(page.url(), /range=5d&zone=Europe%2FBerlin/);
      await page.getByRole("link", { name: "UTC", exact: true }).click();
      await page.getByText("Times in UTC.").waitFor();
      assert.match(page.url(), /range=5d&zone=utc/);
      await page.goto(address);
      await page.getByText("Times in UTC.").waitFor();
      await page.context().close();
    },
  );

  await t.step(
    "compares in percent, goes to a time, and says highest and lowest of all rows",
    async () => {
      const { page } = await visit(browser, `${address}?zone=utc`, {
        javaScript: false,
      });
      await page.getByLabel("Compare with").fill("msft");
      const ago = new Date(Date.now() - 1410 * minute);
      const clock = ago.toISOString().slice(11, 16);
      const day = ago.getUTCDate() === new Date().getUTCDate()
        ? "today"
        : "yesterday";
      await page.getByLabel("Go to time").fill(`${day} ${clock}`);
      await page.getByRole("button", { name: "Show" }).click();
      assert.match(page.url(), /compare=msft/);
      assert.match(
        (await page.locator(".readout").textContent())!,
        /^AAPL [+−]?\d+\.\d\d% \(\d+\.\d\d\), MSFT [+−]?\d+\.\d\d% · /,
      );
      const panel = page.locator("[data-panel=quotes]");
      await panel.getByText("MSFT in it").waitFor();
      await panel.getByText("no data").waitFor();
      await page.getByRole("link", { name: "All", exact: true }).click();
      const figures = await panel.locator("dl").innerText();
      assert.match(figures, /Lowest\s+70\.00/);
      await page.getByLabel("Go to time").fill("whenever");
      await page.getByRole("button", { name: "Show" }).click();
      await page.getByText('"whenever" is not a time').waitFor();
      await page.context().close();
    },
  );
}
