/**
 * The loss window, measured: how long what Redis has acknowledged is not on the disk yet. strace
 * watches the server's writes to its append-only file and the fdatasync that makes them durable.
 */
import { connectBroker } from "../../broker/open.ts";
import { testRedis } from "../support/servers.ts";
import { messages, topic } from "./events.ts";

export interface LossWindow {
  readonly syncs: number;
  /** From the oldest write that a sync covers to the end of that sync, in milliseconds. */
  readonly median: number;
  readonly max: number;
}

/** Publishes about 1,000 events a second for `seconds`. Linux only; needs strace. */
export async function measureLossWindow(seconds: number): Promise<LossWindow> {
  const redis = await testRedis({ persist: true });
  const broker = await connectBroker(redis.url);
  const trace = await Deno.makeTempFile();
  const watching = new Deno.Command("strace", {
    args: ["-f", "-ttt", "-T", "-e", "trace=write,fdatasync", "-s", "0"]
      .concat(["-o", trace, "-p", String(redis.pid)]),
    stderr: "null",
  }).spawn();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const end = performance.now() + seconds * 1_000;
  for (let n = 0; performance.now() < end; n += 20) {
    await broker.publish(topic, messages(n, 20));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  watching.kill("SIGINT");
  await watching.status;
  const windows = windowsOf(await Deno.readTextFile(trace));
  await Deno.remove(trace);
  await broker.close();
  await redis.stop();
  const at = (share: number) =>
    windows[Math.floor((windows.length - 1) * share)]!;
  return { syncs: windows.length, median: at(0.5), max: at(1) };
}

/** A sync covers the writes before its start; it may be told in two lines: unfinished, and resumed. */
function windowsOf(trace: string): number[] {
  const files = new Set(
    [...trace.matchAll(/fdatasync\((\d+)/g)].map(([, fd]) => fd),
  );
  const started = new Map<string, number>();
  const windows: number[] = [];
  let unsynced: number[] = [];
  const sync = (from: number, to: number) => {
    const [oldest] = unsynced;
    if (oldest !== undefined && oldest <= from) {
      windows.push((to - oldest) * 1_000);
    }
    unsynced = unsynced.filter((at) => at > from);
  };
  for (const line of trace.split("\n")) {
    const [, thread, time, call] = /^(\d+) +([\d.]+) (.*)/.exec(line) ?? [];
    if (!thread || !call) continue;
    const now = Number(time);
    const written = /^write\((\d+)/.exec(call)?.[1];
    if (written && files.has(written)) unsynced.push(now);
    if (call.startsWith("fdatasync(")) {
      started.set(thread, now);
      const took = /<([\d.]+)>$/.exec(call)?.[1];
      if (took) sync(now, now + Number(took));
    } else if (call.includes("fdatasync resumed")) {
      sync(started.get(thread) ?? now, now);
    }
  }
  return windows.sort((a, b) => a - b);
}
