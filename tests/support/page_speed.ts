/** How fast a page is, as its server and its browser have it. */
import type { Page } from "playwright-core";

export interface Size {
  readonly bytes: number;
  readonly served: number;
  readonly nodes: number;
  readonly paint: number;
  readonly load: number;
  readonly change: number;
}

export const told = ({ bytes, served, nodes, paint, load, change }: Size) =>
  `${Math.round(bytes / 1_000)} kB in ${served.toFixed(0)} ms, ${nodes} ` +
  `elements, first paint ${paint.toFixed(0)} ms, longest task ` +
  `${load.toFixed(0)} ms at load, ${change.toFixed(0)} ms at changes`;

/** The quickest of some: what the server takes when nobody else wants the processor. */
export async function serverMs(url: string): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 8; i++) {
    const began = performance.now();
    await (await fetch(url)).bytes();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

export async function watchTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
  });
}

/** Of those since it was asked last; 0 if none took 50 ms. */
export async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const { tasks } = globalThis as unknown as { tasks: number[] };
    return Math.max(0, ...tasks.splice(0));
  });
}
