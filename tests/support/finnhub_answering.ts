/** For tests: Finnhub's client over a server on loopback that gives one answer to everything. */
import { finnhub } from "../../market/finnhub.ts";
import type { Market } from "../../market/market.ts";
import { type Received, recordingServer } from "./answering_api.ts";

export const KEY = "k3y-0f-the-test";

/** A rate limit that lets everything pass. */
export const free = { take: () => Promise.resolve() };

export async function answering(
  body: unknown,
  play: (market: Market, requests: readonly Received[]) => Promise<void>,
  status = 200,
): Promise<void> {
  const { origin, requests, close } = recordingServer(() => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status });
  });
  const baseUrl = `${origin}/api/v1`;
  const quick = { sleep: () => Promise.resolve() };
  try {
    await play(finnhub({ apiKey: KEY, baseUrl }, free, quick), requests);
  } finally {
    await close();
  }
}
