/** A step of the browser test: from a symbol without a value to the cause, and by a redrive to the value. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import postgres from "postgres";
import { overflow, seriousViolations, visit } from "./browser.ts";
import { eventually } from "./host.ts";
import type { MarketStub } from "./market_stub.ts";

interface World {
  readonly browser: Browser;
  readonly url: string;
  readonly market: MarketStub;
  readonly databaseUrl: string;
}

export async function traceSteps(
  t: Deno.TestContext,
  { browser, url, market, databaseUrl }: World,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1 });
  const address = `${url}/api/watchlist/GONE`;
  const send = async (method: string) => {
    const headers = { "content-type": "application/json" };
    await (await fetch(address, { method, headers })).body?.cancel();
  };
  const way = async () => {
    const path = "/api/signals/quotes/provenance?symbol=GONE";
    return await (await fetch(url + path)).json();
  };
  try {
    await t.step(
      "leads in two clicks from a missing value to its cause and a redrive",
      async () => {
        await sql`alter table quotes add constraint no_gone check (symbol <> 'GONE')`;
        market.prices.set("GONE", 12.5);
        await send("PUT");
        await eventually(async () => (await way()).dead_letter !== null);

        const { page, complaints } = await visit(browser, url);
        await page.getByRole("link", { name: "GONE", exact: true }).first()
          .click();
        const card = page.getByRole("region", {
          name: "Where the values come from",
        });
        await card.getByText(/There is no value: .*no_gone/).waitFor();
        const redrive = card.getByRole("button", {
          name: "Redrive: the dead letter of GONE, quotes",
        });
        await redrive.waitFor();
        await sql`alter table quotes drop constraint no_gone`;
        await redrive.click();
        await page.getByText("Sent through the stream again").waitFor();
        const { position } = await eventuallyStored(way);
        const event = card.getByRole("link", { name: position });
        await event.waitFor();
        await redrive.waitFor({ state: "detached" });
        await event.click();
        for (const stage of ["Failed", "Redriven", "Handled"]) {
          await page.getByText(stage, { exact: true }).first().waitFor();
        }
        assert.deepEqual(await seriousViolations(page), []);
        await page.goto(url);
        await page.getByRole("row", { name: "GONE" }).getByRole("link", {
          name: /ago|just now/,
        }).click();
        await page.getByText("Delivered", { exact: true }).waitFor();
        await page.getByRole("button", { name: "Scan now: GONE, quotes" })
          .click();
        await page.getByText("Scanned. What is new").waitFor();
        assert.deepEqual(complaints, []);
        const phone = await visit(browser, page.url(), { phone: true });
        assert.equal(await overflow(phone.page), 0);
        await phone.page.context().close();
        await page.context().close();
      },
    );
  } finally {
    await sql.end();
    await send("DELETE");
    market.prices.delete("GONE");
  }
}

// deno-lint-ignore no-explicit-any -- the API's answer
async function eventuallyStored(way: () => Promise<any>): Promise<any> {
  await eventually(async () => (await way()).position !== null);
  return await way();
}
