/** Nothing here waits for ever for somebody else. */

/** What was asked for did not come in time; it may still come. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** Rejects with a `DeadlineError` if the promise has not settled after `ms`. */
export function deadline<T>(
  promise: Promise<T>,
  ms: number,
  message: string,
): Promise<T> {
  return race(promise, ms, (_, reject) => reject(new DeadlineError(message)));
}

/** Resolves with the promise, or after `ms` without it. */
export async function orAfter(
  promise: Promise<unknown>,
  ms: number,
): Promise<void> {
  await race<unknown, void>(promise, ms, (resolve) => resolve());
}

async function race<T, Late = never>(
  promise: Promise<T>,
  ms: number,
  late: (
    resolve: (value: Late) => void,
    reject: (error: Error) => void,
  ) => void,
): Promise<T | Late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<Late>((resolve, reject) => {
    timer = setTimeout(() => late(resolve, reject), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
