/** Requests of islands to the API. */

/**
 * Sends a request and resolves to its JSON, or undefined where the answer has none.
 * Rejects with an Error whose message is for people: the `detail` of the problem, if there is one.
 */
export async function request(
  method: string,
  path: string,
  signal?: AbortSignal,
): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: { accept: "application/json" },
    ...signal ? { signal } : {},
  }).catch((cause) => {
    if (signal?.aborted) throw cause;
    throw new Error("The server cannot be reached. Try again in a moment.", {
      cause,
    });
  });
  const body = await response.json().catch(() => undefined);
  if (response.ok) return body;
  throw new Error(
    body?.detail ?? body?.title ?? `The server answered ${response.status}.`,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
