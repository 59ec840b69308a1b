/** For tests: a market's API that answers as it is told, over real HTTP. */
import {
  type Api,
  type CallPolicy,
  DEFAULT_POLICY,
} from "../../market/http.ts";
import { deadline } from "../../wait.ts";

export const KEY = "sEcReT-kEy";

export interface Received {
  readonly url: string;
  readonly token: string | null;
}

/** What a request is answered. `ended` resolves when the test is over, so that nothing hangs longer than it. */
export type Answer = (ended: Promise<void>) => Response | Promise<Response>;

export interface Scene {
  readonly api: Api;
  readonly requests: Received[];
  /** How long was waited before each further attempt, in ms. */
  readonly waits: number[];
  readonly taken: () => number;
}

/** A server on loopback that remembers what it was asked. */
export function recordingServer(
  answer: (asked: number) => Response | Promise<Response>,
) {
  const requests: Received[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url, headers }) => {
      requests.push({ url, token: headers.get("x-finnhub-token") });
      return answer(requests.length);
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return { origin, requests, close: () => server.shutdown() };
}

/** A server that gives the answers in turn, the last one for ever, and an API that waits for nothing. */
export async function withServer(
  answers: readonly Answer[],
  policy: Partial<CallPolicy>,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const waits: number[] = [];
  let taken = 0;
  const over = Promise.withResolvers<void>();
  const { origin, requests, close } = recordingServer((asked) => {
    const answer = answers[Math.min(asked, answers.length) - 1];
    return answer ? answer(over.promise) : new Response(null, { status: 500 });
  });
  const api: Api = {
    provider: "finnhub",
    baseUrl: `${origin}/api/`,
    headers: { "X-Finnhub-Token": KEY },
    secret: KEY,
    limit: { take: () => Promise.resolve(void taken++) },
    policy: {
      ...DEFAULT_POLICY,
      random: () => 1,
      sleep: (ms) => Promise.resolve(void waits.push(ms)),
      ...policy,
    },
  };
  try {
    await play({ api, requests, waits, taken: () => taken });
  } finally {
    over.resolve();
    await close();
  }
}

export const json = (value: unknown) => () => Response.json(value);
export const text = (status: number, body: string, headers = {}) => () =>
  new Response(body, { status, headers });
export const silence: Answer = async (ended) => {
  await ended;
  return new Response();
};
/** A body that starts and does not go on. */
export const stall: Answer = (ended) =>
  new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        await ended;
        // It may have been cancelled by then.
        try {
          controller.close();
        } catch { /* cancelled */ }
      },
    }),
  );

/** What the call ends with, or that it is too late: other limits would end it too, much later. */
export function soon(call: Promise<unknown>): Promise<unknown> {
  return deadline(call, 2_000, "too late").catch((error) => error);
}
