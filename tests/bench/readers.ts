/** What 1,000 open dashboards cost: memory of each, and the processor's time for one new value. */
import { createLatestCache } from "../../db/latest.ts";
import type { Value } from "../../engine/actor.ts";
import { sleep } from "../../wait.ts";
import { startHost } from "../support/host.ts";
import { fill, quote, symbolOf } from "./fill.ts";
import type { Servers } from "./servers.ts";

export interface Readers {
  /** Added to the process by each open stream, in kB. */
  readonly readerKb: number;
  /** Of the processor, for one new value drawn once and sent to all, in ms. */
  readonly valueMs: number;
  /** From the first of them set to the last one at the last reader, for `symbols` values at once, in ms. */
  readonly allMs: number;
}

const symbols = 500;

export async function measureReaders(
  { databaseUrl, redisUrl, client }: Servers,
  readers: number,
): Promise<Readers> {
  const host = await startHost({
    env: {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      LOG_LEVEL: "info",
      SCHEDULE_QUOTES: "0 0 1 JAN *",
    },
  });
  const leaving = new AbortController();
  try {
    await fill({ databaseUrl, redisUrl }, { symbols, rows: 10 * symbols });
    await sleep(5_000);
    const before = await usage(host.pid);
    const counts = new Array<number>(readers).fill(0);
    await Promise.all(counts.map(async (_, n) => {
      const response = await fetch(`${host.url}/api/events?render=cell`, {
        signal: leaving.signal,
      });
      count(response, (more) => counts[n]! += more);
    }));
    await sleep(3_000);
    const open = await usage(host.pid);
    const began = performance.now();
    await createLatestCache(client).set("quotes", values());
    while (counts.some((one) => one < symbols)) {
      if (performance.now() - began > 60_000) throw new Error("lost values");
      await sleep(20);
    }
    const allMs = performance.now() - began;
    const after = await usage(host.pid);
    return {
      readerKb: (open.kb - before.kb) / readers,
      valueMs: (after.cpuMs - open.cpuMs) / symbols,
      allMs,
    };
  } finally {
    leaving.abort();
    await host.stop();
  }
}

function values(): Value[] {
  const at = Date.now();
  return Array.from({ length: symbols }, (_, n) => {
    const { key, data } = quote(symbolOf(n), at);
    return { symbol: key, at: new Date(at).toISOString(), ...JSON.parse(data) };
  });
}

/** Counts the values that a stream brings, by their beginning; nothing of them is kept. */
async function count(response: Response, add: (more: number) => void) {
  const text = response.body!.pipeThrough(new TextDecoderStream());
  try {
    for await (const part of text) add(part.split("event: latest").length - 1);
  } catch {
    // It was aborted: the measurement is over.
  }
}

/** Of a process: memory, and the processor's time since its start. */
export async function usage(pid: number) {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    kb: Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]),
    // utime and stime, in hundredths of a second.
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
  };
}
