/** An answer that is asked for more often than it changes. */

export interface Remembered<T> {
  (): Promise<T>;
  /** The next caller gets a new answer. */
  forget(): void;
}

/** Asks again when the last answer is older than `ms`; those who ask meanwhile share one. */
export function remember<T>(ms: number, ask: () => Promise<T>): Remembered<T> {
  let answer: Promise<T> | undefined;
  let askedAt = 0;
  const remembered = () => {
    if (!answer || performance.now() - askedAt > ms) {
      askedAt = performance.now();
      answer = ask();
      answer.catch(() => answer = undefined);
    }
    return answer;
  };
  return Object.assign(remembered, { forget: () => void (answer = undefined) });
}
