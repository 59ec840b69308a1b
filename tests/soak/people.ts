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
      const events = await fetch(`${url}/api/events?render=cell`, { signal });
      for await (const _ of events.body!);
    } catch {
      // Tried again.
    }
    await sleep(lookEveryMs, signal).catch(() => {});
  }
}
