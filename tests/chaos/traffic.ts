/** The events that do no harm: several publishers, symbols of their own, rates that change. */
import { sleep } from "../../wait.ts";
import type { ChaosEvent, Publisher } from "./publisher.ts";
import { type Random, randomOf } from "./random.ts";

export interface Traffic {
  /** Publishes many at once, beside the others. */
  burst(count: number): Promise<void>;
  /** Resolves when what is in hand is acknowledged, and a last event of each symbol that comes late. */
  stop(): Promise<void>;
}

const publishers = 3;
const symbolsEach = 4;
const tickMs = 100;
/** Events per tick of each publisher; a rate holds for some seconds. */
const rates = [0, 1, 2, 5, 10, 20, 40];
const opening = Date.parse("2026-01-05T14:30:00.000Z");

export function startTraffic(publisher: Publisher, seed: number): Traffic {
  const stopping = new AbortController();
  const running = Array.from(
    { length: publishers },
    (_, number) => run(publisher, seed, number, stopping.signal),
  );
  const bursts = source(randomOf(seed, "burst"), "B");
  return {
    burst: (count) => publisher.publish(bursts(count)),
    async stop() {
      stopping.abort();
      await Promise.all(running);
      for (const late of lateEvents()) await publisher.publish([late]);
    },
  };
}

/** Ticks that were missed while the broker was away follow one another at once. */
async function run(
  publisher: Publisher,
  seed: number,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const random = randomOf(seed, `publisher ${number}`);
  const next = source(random, String.fromCharCode(67 + number));
  const start = performance.now();
  let rate = 1;
  for (let tick = 0; !signal.aborted; tick++) {
    if (tick % 30 === 0) rate = random.pick(rates);
    if (rate > 0) await publisher.publish(next(random.between(1, rate)));
    const waitMs = start + tick * tickMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
  }
}

/** Market time rises within a symbol; now and then an event comes late. */
function source(random: Random, prefix: string) {
  const seconds = Array<number>(symbolsEach).fill(0);
  let n = 0;
  return (count: number): ChaosEvent[] =>
    Array.from({ length: count }, () => {
      const symbol = random.between(0, symbolsEach - 1);
      const late = random.next() < 0.1 ? random.between(1, 60) : 0;
      const second = seconds[symbol]!++;
      const at = opening + 1_000 * (second - late);
      return innocent(`${prefix}${symbol}`, ++n, at, prefix);
    });
}

/** Older than all others, and the last to come: a latest value that does not compare times takes them. */
function lateEvents(): ChaosEvent[] {
  return ["B", "C", "D", "E"].map((prefix) =>
    innocent(`${prefix}0`, 0, opening - 3_600_000, prefix)
  );
}

function innocent(
  symbol: string,
  n: number,
  at: number,
  prefix: string,
): ChaosEvent {
  return {
    id: `${prefix}:${n}`,
    symbol,
    at: new Date(at).toISOString(),
    data: { n, deed: "none", once: false, when: "before" },
  };
}
