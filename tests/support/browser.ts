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

/** The smallest width that a page has to fit, in pixels: 1,280 at four times its size. */
const narrowest = 320;

/**
 * What keeps somebody from using the page, one line each: what axe-core finds at its width, more than one banner, and
 * at smaller widths what reaches over the edge. Changes the size of the window.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults = await seriousViolations(page);
  const banners = await page.getByRole("banner").count();
  if (banners !== 1) faults.push(`${banners} banners`);
  for (const width of [1_000, 768, 390, narrowest]) {
    await page.setViewportSize({ width, height: 844 });
    const over = await overflow(page);
    if (over > 0) faults.push(`${over} px over the edge of ${width}`);
  }
  return faults;
}

export interface VisitOptions {
  readonly phone?: boolean;
  readonly dark?: boolean;
  readonly javaScript?: boolean;
  /** As `Accept-Language` and `navigator.language` have it; en-US unless told. */
  readonly locale?: string;
  readonly forcedColors?: boolean;
}

export async function visit(
  browser: Browser,
  address: string,
  options: VisitOptions = {},
): Promise<Visit> {
  const { phone = false, dark = false, javaScript = true } = options;
  const { locale = "en-US", forcedColors = false } = options;
  const context = await browser.newContext({
    viewport: phone
      ? { width: 390, height: 844 }
      : { width: 1280, height: 900 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javaScript,
    reducedMotion: "reduce",
    locale,
    forcedColors: forcedColors ? "active" : "none",
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
    const { violations } = await (globalThis as any).axe.run({
      rules: { "target-size": { enabled: true } },
    });
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

/** True if a text is among what a screen reader is given, on the screen or not. */
export async function isReadAloud(page: Page, text: string): Promise<boolean> {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send("Accessibility.getFullAXTree");
  await client.detach();
  return nodes.some(({ ignored, name }) =>
    !ignored && String(name?.value ?? "").includes(text)
  );
}
