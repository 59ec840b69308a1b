/**
 * How long to wait before the nth attempt (from 1): doubles from 100 ms to 5 s. The jitter keeps what
 * failed together from coming back together.
 */
export function retryDelay(attempt: number): number {
  const most = Math.min(5000, 100 * 2 ** Math.min(attempt - 1, 6));
  return most * (0.75 + Math.random() / 4);
}
