/** Wrong access tokens, slowed down by the address that they come from: a few at once, then one in six seconds. */
import type { Log } from "../engine/actor.ts";

const atOnce = 10;
const everyMs = 6_000;
/** Addresses that are remembered; beyond, the oldest is forgotten. */
const most = 10_000;

export type Guesses = ReturnType<typeof createGuesses>;

export function createGuesses(
  log: Pick<Log, "warn">,
  now: () => number = () => performance.now(),
) {
  /** By address: when all of its guesses will be forgotten, and how many there were. */
  const wrong = new Map<string, { until: number; count: number }>();
  return {
    /** How long an address has to wait before it may try again, in ms; 0 if it may. */
    waitMs(address: string): number {
      const until = wrong.get(address)?.until ?? 0;
      return Math.max(0, until - now() - (atOnce - 1) * everyMs);
    },
    /** Notes a wrong guess. */
    add(address: string): void {
      const known = wrong.get(address);
      const current = known && known.until > now() ? known : undefined;
      const count = (current?.count ?? 0) + 1;
      wrong.delete(address);
      wrong.set(address, {
        until: Math.max(current?.until ?? 0, now()) + everyMs,
        count,
      });
      if (wrong.size > most) wrong.delete(wrong.keys().next().value!);
      // Not each one: whoever guesses must not fill the log.
      if (count === 1 || count % atOnce === 0) {
        log.warn("a wrong access token", { address, times: count });
      }
    },
  };
}

/**
 * Where a request comes from. A proxy on this machine is believed what it says of that, nobody else; of an
 * IPv6 address the network counts, since one host has all of it.
 */
export function addressOf(
  request: Request,
  remote: Deno.Addr | undefined,
): string {
  const peer = remote && "hostname" in remote ? remote.hostname : "unknown";
  const local = peer === "::1" || /^(::ffff:)?127\./.test(peer);
  const told = request.headers.get("x-forwarded-for")?.split(",").at(-1)
    ?.trim();
  return networkOf(local && told ? told.slice(0, 64) : peer);
}

function networkOf(address: string): string {
  if (!address.includes(":") || /^::ffff:/i.test(address)) {
    return address.replace(/^::ffff:/i, "");
  }
  const [head = "", tail = ""] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const gap = Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(gap).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
