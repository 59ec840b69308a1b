/** What islands ask of the server, and how they hear of what is new. */
import { useEffect, useRef } from "preact/hooks";
import type { ScanResult } from "../engine/status.ts";
import { plural } from "./numbers.ts";

/**
 * Sends a request, its body as JSON, and resolves to its JSON, or undefined where the answer has none. What it holds is not
 * checked: the answer is our own server's.
 * Rejects with an Error whose message is for people: the `detail` of the problem, if there is one.
 */
export async function request<Answer>(
  method: string,
  path: string,
  signal?: AbortSignal,
  body?: unknown,
): Promise<Answer> {
  const type = { "content-type": "application/json" };
  const response = await fetch(path, {
    method,
    headers: { accept: "application/json", ...body ? type : {} },
    ...body ? { body: JSON.stringify(body) } : {},
    ...signal ? { signal } : {},
  }).catch((cause) => {
    if (signal?.aborted) throw cause;
    throw new Error("The server cannot be reached. Try again in a moment.", {
      cause,
    });
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw new Error(
    answer?.detail ?? answer?.title ??
      `The server answered ${response.status}.`,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The outcome of a scan in a sentence. */
export function scanText(
  { published = 0, failed = {} }: Partial<ScanResult>,
): string {
  const done = `Scanned: ${plural(published, "event")} published.`;
  const reasons = Object.entries(failed).map(([symbol, why]) =>
    `${symbol} failed: ${why}.`
  );
  return [done, ...reasons.slice(0, 3)].join(" ");
}

interface Listener {
  /** By event name; each gets what its event holds, parsed already. */
  readonly on: Readonly<Record<string, (data: never) => void>>;
  /** Told when the connection is lost and when it is back. */
  onConnection(up: boolean): void;
}

/** Longest wait between two attempts. */
const longest = 15_000;

/**
 * Listens to `/api/events` until the function it returns is called. An EventSource gives up for good on
 * an answer that is not an event stream (a proxy's 502 while the server restarts), so it is made again.
 */
export function listen(address: string, listener: Listener): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const connect = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      listener.onConnection(true);
    };
    source.onerror = () => {
      source?.close();
      listener.onConnection(false);
      timer = setTimeout(connect, Math.min(longest, 500 * 2 ** failures++));
    };
    for (const [name, handle] of Object.entries(listener.on)) {
      source.addEventListener(
        name,
        ({ data }) => handle(JSON.parse(data) as never),
      );
    }
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Calls back every so many milliseconds while the page is seen; never, unless told. */
export function useEvery(ms: number | undefined, run: () => void): void {
  useEffect(() => {
    if (ms === undefined) return;
    const timer = setInterval(() => document.hidden || run(), ms);
    return () => clearInterval(timer);
  }, []);
}

/** Calls back once in a second, however often it is asked to. */
export function useSoon(run: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      run();
    }, 1000);
  };
}
