/** For tests: Finnhub's client over a server on loopback that gives one answer to everything. */
import { finnhub } from "../../market/finnhub.ts";
import type { Market } from "../../market/market.ts";

export const KEY = "k3y-0f-the-test";

/** A rate limit that lets everything pass. */
export const free = { take: () => Promise.resolve() };

export interface Received {
  readonly url: string;
  readonly token: string | null;
}

export async function answering(
  body: unknown,
  play: (market: Market, requests: readonly Received[]) => Promise<void>,
  status = 200,
): Promise<void> {
  const requests: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (
    request,
  ) => {
    requests.push({
      url: request.url,
      token: request.headers.get("x-finnhub-token"),
    });
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status });
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/api/v1`;
  const quick = { sleep: () => Promise.resolve() };
  try {
    await play(finnhub({ apiKey: KEY, baseUrl }, free, quick), requests);
  } finally {
    await server.shutdown();
  }
}
