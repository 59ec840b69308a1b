/** Thins out what comes too often: the newest value wins, the first one goes out at once. */

export interface Coalescer<T> {
  push(key: string, value: T): void;
  /** Forgets what waits, and sends nothing more. */
  stop(): void;
}

interface Rest<T> {
  readonly timer: ReturnType<typeof setTimeout>;
  /** What came meanwhile. */
  next?: { value: T };
}

/** Sends each key at most once in `everyMs`; the last value pushed is always sent. */
export function coalesce<T>(
  everyMs: number,
  send: (value: T) => void,
): Coalescer<T> {
  const resting = new Map<string, Rest<T>>();

  function push(key: string, value: T): void {
    const rest = resting.get(key);
    if (rest) return void (rest.next = { value });
    resting.set(key, { timer: setTimeout(wake, everyMs, key) });
    send(value);
  }

  function wake(key: string): void {
    const next = resting.get(key)?.next;
    resting.delete(key);
    if (next) push(key, next.value);
  }

  return {
    push,
    stop() {
      for (const { timer } of resting.values()) clearTimeout(timer);
      resting.clear();
    },
  };
}
