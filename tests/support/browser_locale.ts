/** Steps of the browser test: pages in the reader's locale, and in the reader's own colours. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { seriousViolations, visit } from "./browser.ts";

export async function localeSteps(
  t: Deno.TestContext,
  browser: Browser,
  url: string,
): Promise<void> {
  await t.step(
    "writes numbers and times as the reader does, the same on both sides",
    async () => {
      const headers = { "accept-language": "de-DE,de;q=0.9,en;q=0.5" };
      const served = await (await fetch(url, { headers })).text();
      assert.match(served, /191,25/);
      assert.match(served, /\+0,50\s%/);
      const { page, complaints } = await visit(browser, url, {
        locale: "de-DE",
      });
      const row = page.locator("[data-symbol=AAPL]");
      await page.locator("#watch button.sort").first().waitFor();
      await row.getByText("191,25", { exact: true }).waitFor();
      // What comes by the event stream is drawn for this reader as well.
      await page.evaluate(() => {
        const cell = document.querySelector("[data-symbol=AAPL] td")!;
        const seen: string[] = [];
        Object.assign(globalThis, { seen });
        new MutationObserver(() => seen.push(cell.textContent!))
          .observe(cell, {
            childList: true,
            characterData: true,
            subtree: true,
          });
      });
      await page.getByRole("button", { name: "Scan now: Price quotes" })
        .click();
      await page.getByText(/^Scanned: /).waitFor();
      const seen = await page.evaluate(() =>
        (globalThis as unknown as { seen: string[] }).seen
      );
      assert.deepEqual(seen.filter((text) => !text.includes(",")), []);
      await page.goto(`${url}/symbols/AAPL?zone=utc`);
      await page.locator(".price").getByText("191,25").waitFor();
      await page.locator("[data-chart]").focus();
      await page.keyboard.press("End");
      assert.match(
        (await page.locator(".readout").textContent())!,
        /^\d+,\d\d · .*\d{4}.* \d\d:\d\d$/,
      );
      assert.deepEqual(complaints, []);
      await page.context().close();
      const rows = await fetch(
        `${url}/api/signals/quotes/history?symbol=AAPL&format=csv`,
        { headers },
      );
      assert.match(await rows.text(), /191\.25/);
    },
  );

  await t.step(
    "tells everything apart in the reader's own colours",
    async () => {
      for (const dark of [false, true]) {
        const { page } = await visit(browser, `${url}/symbols/AAPL`, {
          forcedColors: true,
          dark,
        });
        const fills = await page.locator(".legend rect").evaluateAll((kinds) =>
          kinds.map((kind) => getComputedStyle(kind).fill)
        );
        assert.equal(fills.length, 5);
        assert.equal(new Set(fills).size, 5, `${fills}`);
        const outlines = await page.locator("[aria-current]:not(.brand)")
          .evaluateAll(
            (chosen) => chosen.map((one) => getComputedStyle(one).outlineStyle),
          );
        assert.ok(outlines.length > 1);
        assert.deepEqual(new Set(outlines), new Set(["solid"]));
        if (!dark) assert.deepEqual(await seriousViolations(page), []);
        await page.goto(url);
        const bar = page.locator(".ratingbar path").first();
        assert.notEqual(
          await bar.evaluate((part) => getComputedStyle(part).stroke),
          "none",
        );
        await page.context().close();
      }
    },
  );
}
