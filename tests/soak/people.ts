/** Who looks at the hosts meanwhile: pages, and a stream of events at each host. */
import { sleep } from "../../wait.ts";
import type { Host } from "../support/host.ts";

const lookEveryMs = 1_000;

/** Loads a page each second, of one host and then of the other, and follows the events of both. */
export async function lookAround(
  hosts: readonly Host[],
  symbols: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const following = hosts.map((host) => follow(host, signal));
  for (let turn = 0; !signal.aborted; turn++) {
    const { url } = hosts[turn % hosts.length]!;
    const symbol = symbols[turn % symbols.length]!;
    const paths = ["/", `/symbols/${symbol}`, "/actors", "/metrics"];
    const path = paths[(turn >> 1) % paths.length]!;
    await fetch(url + path, { signal }).then((page) => page.text())
      .catch(() => {}); // the host's log tells
    await sleep(lookEveryMs, signal).catch(() => {});
  }
  await Promise.all(following);
}

/** As a dashboard does: one that is ended begins anew. */
async function follow({ url }: Host, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { body } = await fetch(`${url}/api/events?render=cell`);
      await drain(body!, signal);
    } catch {
      // Tried again.
    }
    await sleep(lookEveryMs, signal).catch(() => {});
  }
}

/**
 * Reads until the signal aborts. Given to fetch, one that many requests share does not reach a body that has
 * been open for minutes (Deno 2.9.6).
 */
async function drain(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    while (!(await reader.read()).done);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
