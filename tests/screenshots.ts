/**
 * `deno task screenshots [FOLDER]`: every page of a system with simulated prices, on a desktop and a phone, by
 * day and in the dark. The two of the README are written into docs/images, the others into FOLDER.
 */
import { fileURLToPath } from "node:url";
import { openBrowser, visit, type VisitOptions } from "./support/browser.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";
import { sleep } from "../wait.ts";

const pages = {
  watchlist: "/",
  symbol: "/symbols/AAPL?range=5d",
  alerts: "/alerts",
  system: "/actors",
  stream: "/streams/quotes",
  letters: "/dead-letters",
};
const readme = fileURLToPath(new URL("../docs/images/", import.meta.url));
const folder = Deno.args[0] ?? "screenshots";

const database = await testDatabase();
const redis = await testRedis();
const browser = await openBrowser();
const host = await startHost({
  env: {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MARKET: "demo",
    WATCHLIST: "AAPL,MSFT,NVDA,AMZN,GOOGL,TSLA,META,JPM,KO,DIS,BA,IBM",
    LOG_LEVEL: "warn",
  },
});
try {
  await Deno.mkdir(folder, { recursive: true });
  await eventually(() => hasValues(host), 120_000);
  for (const phone of [false, true]) {
    for (const dark of [false, true]) await take({ phone, dark });
  }
} finally {
  await host.stop();
  await browser.close();
  await database.drop();
}

async function hasValues({ url }: Host): Promise<boolean> {
  const names = ["quotes", "recommendations", "news"];
  const counts = await Promise.all(names.map(async (name) => {
    const answer = await fetch(`${url}/api/signals/${name}/latest`);
    return (await answer.json()).values.length as number;
  }));
  return counts.every((count) => count >= 11);
}

async function take(how: VisitOptions): Promise<void> {
  const device = how.phone ? "phone" : "desktop";
  const light = how.dark ? "dark" : "light";
  for (const [name, path] of Object.entries(pages)) {
    const { page } = await visit(browser, host.url + path, how);
    // What is drawn after the first values have come.
    await sleep(1_000);
    const file = `${folder}/${name}-${device}-${light}.png`;
    await page.screenshot({ path: file });
    console.log(file);
    const shown = device === "desktop" &&
      ["watchlist-dark", "symbol-light"].includes(`${name}-${light}`);
    if (shown) await Deno.copyFile(file, `${readme}${name}.png`);
    await page.context().close();
  }
}
