/** How much the live table does at once, in the browser: no frame, and nobody who scrolls, waits for it. */
import { sleep } from "../../wait.ts";

/** Milliseconds of one go: what is left waits for the next frame, or until others had their turn. */
const goMs = 4;

/** Runs once, so many milliseconds after it was first asked to. */
export function soon(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
}

/** Does it for each of them, a few milliseconds at a time. */
export async function eachInTurn<Of>(
  all: Iterable<Of>,
  act: (one: Of) => void,
): Promise<void> {
  let until = performance.now() + goMs;
  for (const one of all) {
    if (performance.now() > until) {
      await sleep(0);
      until = performance.now() + goMs;
    }
    act(one);
  }
}

export interface QueueOptions<Of> {
  /** Those go first. */
  isSeen?(one: Of): boolean;
  take(one: Of, key: string): void;
  /** Told after each frame in which some were taken, and whether there are more. */
  onFrame(more: boolean): void;
}

/**
 * Takes what it is given with the next frame, as much as fits into a few milliseconds, and the rest with those
 * after it. Of what comes under one key meanwhile, only the newest is taken.
 */
export function frameQueue<Of>({ isSeen, take, onFrame }: QueueOptions<Of>) {
  const waiting = new Map<string, Of>();
  let frame = 0;

  function* seenFirst() {
    for (const entry of waiting) if (isSeen?.(entry[1])) yield entry;
    yield* waiting;
  }

  function work(): void {
    const until = performance.now() + goMs;
    for (const [key, one] of seenFirst()) {
      waiting.delete(key);
      take(one, key);
      if (performance.now() > until) break;
    }
    const more = waiting.size > 0;
    frame = more ? requestAnimationFrame(work) : 0;
    onFrame(more);
  }

  return (key: string, one: Of): void => {
    waiting.set(key, one);
    frame ||= requestAnimationFrame(work);
  };
}
