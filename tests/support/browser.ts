/** A real browser for the tests. Without one they fail: the dashboard is not proven by anything less. */
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: findBrowser(), args: quiet });
}

function findBrowser(): string {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (
    const path of folders.flatMap((dir) => names.map((n) => `${dir}/${n}`))
  ) {
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not there: the next one.
    }
  }
  throw new Error(
    `The browser tests need one of ${
      names.join(", ")
    } on the PATH: install Chromium.`,
  );
}

export interface Visit {
  readonly page: Page;
  /** Errors in the console, uncaught ones, and answers of 400 and more. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly phone?: boolean;
  readonly dark?: boolean;
  readonly javaScript?: boolean;
}

export async function visit(
  browser: Browser,
  address: string,
  { phone = false, dark = false, javaScript = true }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: phone
      ? { width: 390, height: 844 }
      : { width: 1280, height: 900 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javaScript,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(address);
  return { page, complaints };
}

/** What axe-core finds to be serious or critical, one line each. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // By evaluation and not by a script tag, which the policy of the page refuses.
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any
    const { violations } = await (globalThis as any).axe.run();
    return violations.filter(({ impact }: { impact: string }) =>
      impact === "serious" || impact === "critical"
    ).flatMap((
      { id, nodes }: {
        id: string;
        nodes: { html: string; any: { message: string }[] }[];
      },
    ) =>
      nodes.map((node) => `${id}: ${node.html} ${node.any[0]?.message ?? ""}`)
    );
  });
}

/** How far the page reaches over its right edge, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
