/** Steps of the browser test: adding by name, many at once, and lists. What they add is gone at their end. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { visit } from "./browser.ts";
import type { MarketStub } from "./market_stub.ts";

interface World {
  readonly browser: Browser;
  readonly url: string;
  readonly market: MarketStub;
}

export async function addingSteps(
  t: Deno.TestContext,
  { browser, url, market }: World,
): Promise<void> {
  const companies = {
    TSLA: "TESLA INC",
    ACMA: "ACME ANVILS CORP",
    ACMB: "ACME BIRDSEED CORP",
  };
  for (const [symbol, name] of Object.entries(companies)) {
    market.prices.set(symbol, 250);
    market.names.set(symbol, name);
  }

  await t.step("adds a company by its name, and says which", async () => {
    const { page, complaints } = await visit(browser, url);
    const field = page.getByRole("combobox", { name: "Add a symbol" });
    await field.fill("Tesla");
    await page.keyboard.press("Enter");
    await page.getByText("TSLA (TESLA INC) is on the watchlist.").waitFor();
    const row = page.getByRole("row", { name: "TSLA" });
    await row.getByText("250.00").first().waitFor();
    assert.equal(await field.inputValue(), "");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  await t.step("asks which one, where several are meant", async () => {
    const { page, complaints } = await visit(browser, url);
    const field = page.getByRole("combobox", { name: "Add a symbol" });
    await field.fill("acme");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("choose one").waitFor();
    await page.getByRole("button", { name: "ACMB" }).press("Enter");
    await page.getByText("ACMB (ACME BIRDSEED CORP)").waitFor();
    assert.equal(await page.getByRole("row", { name: "ACMA" }).count(), 0);
    await page.getByRole("row", { name: "ACMB" }).waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  for (const javaScript of [true, false]) {
    const how = javaScript ? "with" : "without";
    await t.step(
      `makes a list, fills it by pasting, and deletes it, ${how} JavaScript`,
      async () => {
        const { page, complaints } = await visit(browser, url, { javaScript });
        await page.getByText("Lists", { exact: true }).click();
        await page.getByLabel("New list").fill("Cartoons");
        await page.getByRole("button", { name: "Make it" }).click();
        await page.getByText("Import, export").click();
        const many = page.getByLabel("Symbols to add to “Cartoons”");
        await many.fill("ACMA, $acmb\nNOPE");
        await page.getByRole("button", { name: "Add all" }).click();
        await page.getByText(/2 symbols added, 1 unknown/).waitFor();
        await page.getByText(/knows nothing called "NOPE"/).waitFor();
        const row = page.getByRole("row", { name: "ACMA" });
        await row.waitFor();
        if (javaScript) await row.getByText("250.00").first().waitFor();
        assert.equal(await page.getByRole("row", { name: "AAPL" }).count(), 0);
        await moveRows(page, javaScript);
        await page.getByText("Lists", { exact: true }).click();
        await page.getByText("Delete this list…").click();
        await page.getByRole("button", { name: "Delete “Cartoons”" }).click();
        await page.getByRole("row", { name: "AAPL" }).waitFor();
        assert.equal(await row.count(), 0);
        assert.deepEqual(complaints, []);
        await page.context().close();
      },
    );
  }

  for (const symbol of ["TSLA", "ACMB"]) {
    const path = `${url}/api/watchlist/${symbol}`;
    await (await fetch(path, { method: "DELETE" })).body?.cancel();
  }
}

/** Of two rows, the second goes up; with JavaScript by each way that there is. */
async function moveRows(page: Page, javaScript: boolean): Promise<void> {
  const handle = (symbol: string) =>
    page.getByRole("button", { name: `Move ${symbol} up` });
  const first = (symbol: string) =>
    page.locator("tbody tr").first().getByRole("link", { name: symbol })
      .waitFor();
  await first("ACMA");
  await handle("ACMB").press("Enter");
  await first("ACMB");
  if (!javaScript) return;
  await page.waitForFunction(() =>
    document.activeElement?.getAttribute("aria-label") === "Move ACMB up"
  );
  await page.keyboard.press("Alt+ArrowDown");
  await first("ACMA");
  await handle("ACMB").dragTo(page.getByRole("row", { name: "ACMA" }), {
    targetPosition: { x: 40, y: 4 },
  });
  await first("ACMB");
}
