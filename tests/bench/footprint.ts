/** The size of the whole application, and how soon its page shows something. */
import { eventually, startHost } from "../support/host.ts";
import { usage } from "./readers.ts";

export interface Footprint {
  /** Of the process with three actors, in MB, once it is at rest. */
  readonly residentMb: number;
  /** From the start of the process to the first latest value over HTTP, in milliseconds. */
  readonly firstDataMs: number;
  /** All scripts that the watchlist page loads, in kB, each compressed by gzip. */
  readonly scriptsKb: number;
}

export async function measureFootprint(
  databaseUrl: string,
  redisUrl: string,
): Promise<Footprint> {
  const began = performance.now();
  const host = await startHost({
    env: { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: "info" },
  });
  try {
    await eventually(async () => {
      const answer = await fetch(`${host.url}/api/signals/quotes/latest`);
      return (await answer.json()).values.length > 0;
    });
    const firstDataMs = performance.now() - began;
    const scriptsKb = await scripts(host.url) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return {
      residentMb: (await usage(host.pid)).kb / 1_024,
      firstDataMs,
      scriptsKb,
    };
  } finally {
    await host.stop();
  }
}

/** Follows what the page names and what those scripts import. */
async function scripts(url: string): Promise<number> {
  const page = await (await fetch(url)).text();
  const waiting = [...page.matchAll(/"(\/_\/[^"]+\.js)"/g)].map(([, at]) =>
    at!
  );
  const seen = new Set<string>();
  let size = 0;
  for (const at of waiting) {
    if (seen.has(at)) continue;
    seen.add(at);
    const code = await (await fetch(new URL(at, url))).text();
    size += await gzipped(code);
    for (const [, to] of code.matchAll(/["'](\.\.?\/[^"']+\.js)["']/g)) {
      waiting.push(new URL(to!, new URL(at, url)).pathname);
    }
  }
  return size;
}

async function gzipped(text: string): Promise<number> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).length;
}
