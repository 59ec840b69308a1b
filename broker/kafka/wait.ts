/** Waiting: for a time, for a bell, longer after each failure. */

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** True if the promise resolves within that time. */
export async function settled(
  promise: Promise<void>,
  ms: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) =>
    timer = setTimeout(() => resolve(false), ms)
  );
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

/** How long to wait after so many failures in a row, with jitter: 0.1 s, 0.2 s, … up to the limit. */
export function backoffMs(failures: number, limitMs = 2000): number {
  return Math.min(limitMs, 100 * 2 ** (failures - 1)) *
    (0.75 + Math.random() / 2);
}

export interface Bell {
  /** Wakes whoever waits, or the next one who will. */
  ring(): void;
  /** Resolves at the next ring, at once if it rang since the last wait, or after `ms`. */
  wait(ms: number): Promise<void>;
}

/** For one waiter: a ring while nobody waits is kept. */
export function createBell(): Bell {
  let rang = Promise.withResolvers<void>();
  return {
    ring: () => rang.resolve(),
    async wait(ms) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) =>
        timer = setTimeout(resolve, ms)
      );
      await Promise.race([rang.promise, late]);
      clearTimeout(timer);
      rang = Promise.withResolvers();
    },
  };
}
