import assert from "node:assert/strict";
import { startProxy } from "../tests/support/proxy.ts";
import { deadline, sleep } from "../wait.ts";
import { type Api, type CallPolicy, DEFAULT_POLICY, getJson } from "./http.ts";
import { readReset, readRetryAfter } from "./waits.ts";
import {
  type MarketCall,
  MarketRefusedError,
  MarketUnavailableError,
  SymbolRefusedError,
} from "./market.ts";

const KEY = "sEcReT-kEy";

interface Received {
  readonly url: string;
  readonly token: string | null;
}

/** `ended` resolves when the test is over, so that nothing hangs longer than it. */
type Answer = (ended: Promise<void>) => Response | Promise<Response>;

interface Scene {
  readonly api: Api;
  readonly requests: Received[];
  /** How long was waited before each further attempt, in ms. */
  readonly waits: number[];
  readonly taken: () => number;
}

/** A server that gives the answers in turn, the last one for ever, and an API that waits for nothing. */
async function withServer(
  answers: readonly Answer[],
  policy: Partial<CallPolicy>,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const requests: Received[] = [];
  const waits: number[] = [];
  let taken = 0;
  const over = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (
    request,
  ) => {
    requests.push({
      url: request.url,
      token: request.headers.get("x-finnhub-token"),
    });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    return answer ? answer(over.promise) : new Response(null, { status: 500 });
  });
  const api: Api = {
    provider: "finnhub",
    baseUrl: `http://127.0.0.1:${server.addr.port}/api/`,
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
    await server.shutdown();
  }
}

const json = (value: unknown) => () => Response.json(value);
const text = (status: number, body: string, headers = {}) => () =>
  new Response(body, { status, headers });
const silence: Answer = async (ended) => {
  await ended;
  return new Response();
};
/** A body that starts and does not go on. */
const stall: Answer = (ended) =>
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
function soon(call: Promise<unknown>): Promise<unknown> {
  return deadline(call, 2_000, "too late").catch((error) => error);
}

Deno.test("the parameters travel in the address, the key in a header", async () => {
  await withServer([json({ c: 1 })], {}, async ({ api, requests }) => {
    const params = { symbol: "BRK.B&token=x" };
    assert.deepEqual(await getJson(api, "/quote", params), { c: 1 });
    const url = new URL(requests[0]!.url);
    assert.equal(
      url.pathname + url.search,
      "/api/quote?symbol=BRK.B%26token%3Dx",
    );
    assert.equal(requests[0]!.token, KEY);
  });
});

Deno.test("429, 5xx and what is not JSON are tried again, with growing full jitter", async () => {
  const answers = [
    text(503, "down"),
    text(429, "API limit reached"),
    text(200, "<html>"),
    json("fine"),
  ];
  await withServer(answers, {}, async ({ api, waits, taken }) => {
    assert.equal(await getJson(api, "/quote", {}), "fine");
    assert.deepEqual(waits, [500, 1000, 2000]);
    assert.equal(taken(), 4, "the limit is asked before every attempt");
  });
  const policy = { random: () => 0.25, maxDelayMs: 1200 };
  await withServer(answers, policy, async ({ api, waits }) => {
    await getJson(api, "/quote", {});
    assert.deepEqual(waits, [125, 250, 300]);
  });
});

Deno.test("Retry-After is waited out, up to a bound", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const answers = [
    text(429, "", { "retry-after": "7" }),
    text(503, "", { "retry-after": date }),
    text(429, "", { "retry-after": "soon" }),
    json(1),
  ];
  const policy = { random: () => 0 };
  await withServer(answers, policy, async ({ api, waits }) => {
    await getJson(api, "/quote", {});
    assert.deepEqual(waits, [7000, 60_000, 0]);
  });
});

Deno.test("a 429 makes everybody wait who shares the limit, with or without a word for how long", async () => {
  const reset = String(Math.ceil(Date.now() / 1000) + 20);
  const answers = [
    text(429, "", { "retry-after": "7" }),
    text(429, "", { "x-ratelimit-reset": reset }),
    text(429, "no key"),
    json(1),
  ];
  const policy = { random: () => 0 };
  await withServer(answers, policy, async ({ api, waits }) => {
    const pauses: number[] = [];
    const calls: MarketCall[] = [];
    const limit = {
      ...api.limit,
      pause: (ms: number) => Promise.resolve(void pauses.push(ms)),
      called: (call: MarketCall) => void calls.push(call),
    };
    await getJson({ ...api, limit }, "/quote", {});
    const [first, second, third] = pauses as [number, number, number];
    assert.equal(first, 7_000);
    assert.ok(second > 18_000 && second <= 21_000, `${second}`);
    assert.equal(third, 8_000, "longer each time");
    assert.equal(waits[0], 7_000);
    assert.deepEqual(
      calls.map(({ outcome, attempt }) => [outcome, attempt]),
      [["limited", 1], ["limited", 2], ["limited", 3], ["ok", 4]],
    );
    assert.ok(calls.every(({ seconds }) => seconds > 0 && seconds < 5));
  });
});

Deno.test("of each try is told what was asked, its status if there was one, and why it was in vain", async () => {
  const told = async (
    answers: readonly Answer[],
    policy: Partial<CallPolicy> = {},
  ) => {
    const tries: unknown[] = [];
    await withServer(answers, policy, async ({ api }) => {
      const called = (call: MarketCall) => {
        assert.equal(call.path, "/quote");
        tries.push([call.attempt, call.status, call.error]);
      };
      const limit = { ...api.limit, called };
      await getJson({ ...api, limit }, "/quote", { symbol: "SAP.DE" })
        .catch(() => {});
    });
    return tries;
  };
  assert.deepEqual(await told([text(503, `no ${KEY}`), json(1)]), [
    [1, 503, 'answered 503 "no ***"'],
    [2, 200, null],
  ]);
  const [[attempt, status, error]] = await told([text(403, "no")]) as [
    [number, number, string],
  ];
  assert.deepEqual([attempt, status], [1, 403]);
  assert.match(error, /^finnhub refuses SAP\.DE: .* 403 "no"/);
  const late = "no answer within 50 ms";
  const policy = { deadlineMs: 50, attempts: 2 };
  assert.deepEqual(await told([silence, stall], policy), [
    [1, null, late],
    [2, 200, late],
  ]);
  assert.deepEqual(await told([text(200, "<html>")], { attempts: 1 }), [
    [1, 200, 'answered what is not JSON: "<html>"'],
  ]);
});

Deno.test("a reset that is no instant says nothing, and a past one nothing but now", () => {
  const now = Date.parse("2026-01-31T14:30:00Z");
  assert.equal(readReset(String(now / 1000 + 30), now), 30_000);
  assert.equal(readReset(String(now / 1000 - 30), now), 0);
  for (const text of [null, "", "60", "soon", "1e12", "-1"]) {
    assert.equal(readReset(text, now), undefined);
  }
});

Deno.test("a 403 is about the symbol that was asked for, and says so; a 401 about the key", async () => {
  const no = (status: number) =>
    text(status, '{"error":"You don\'t have access to this resource."}');
  await withServer([no(403)], {}, async ({ api }) => {
    const error = await getJson(api, "/quote", { symbol: "SAP.DE" })
      .catch((error) => error);
    assert.ok(error instanceof SymbolRefusedError);
    assert.match(
      error.message,
      /^finnhub refuses SAP\.DE: \/quote answered 403/,
    );
  });
  await withServer([no(401)], {}, async ({ api }) => {
    const error = await getJson(api, "/quote", { symbol: "SAP.DE" })
      .catch((error) => error);
    assert.ok(!(error instanceof SymbolRefusedError));
    assert.ok(error instanceof MarketRefusedError);
  });
});

Deno.test("after the last attempt the error names path, status and body, and how often it tried", async () => {
  const down = text(502, "Bad\nGateway\u0000");
  await withServer([down], {}, async ({ api, requests }) => {
    await assert.rejects(getJson(api, "/quote", {}), (error: Error) => {
      assert.ok(error instanceof MarketUnavailableError);
      assert.equal(
        error.message,
        'finnhub /quote: answered 502 "Bad Gateway"; gave up after 4 attempts',
      );
      return true;
    });
    assert.equal(requests.length, 4);
  });
});

Deno.test("a refused key fails at once and says what to change", async () => {
  for (const status of [401, 403]) {
    const no = text(status, '{"error":"Invalid API key."}');
    await withServer([no], {}, async ({ api, requests }) => {
      await assert.rejects(getJson(api, "/quote", {}), (error: Error) => {
        assert.ok(error instanceof MarketRefusedError);
        assert.match(error.message, /Invalid API key.*check the API key/);
        return true;
      });
      assert.equal(requests.length, 1);
    });
  }
});

Deno.test("other refusals and redirects fail at once; a redirect is not followed", async () => {
  const away = text(302, "", { location: "http://127.0.0.1:1/" });
  for (const answer of [text(404, "no"), text(422, "no"), away]) {
    await withServer([answer], {}, async ({ api, requests }) => {
      await assert.rejects(
        getJson(api, "/quote", {}),
        MarketUnavailableError,
      );
      assert.equal(requests.length, 1);
    });
  }
});

Deno.test("a body without end is not read to the end", async () => {
  const policy = { maxBodyBytes: 1000 };
  const big = text(200, JSON.stringify("x".repeat(5000)));
  await withServer([big], policy, async ({ api }) => {
    await assert.rejects(getJson(api, "/quote", {}), /more than 1000 bytes/);
  });
});

Deno.test("every attempt has a deadline, its body included", async () => {
  const policy = { deadlineMs: 50, attempts: 3 };
  const answers = [silence, stall, json("fine")];
  await withServer(answers, policy, async ({ api, taken }) => {
    assert.equal(await getJson(api, "/quote", {}), "fine");
    assert.equal(taken(), 3);
  });
  await withServer([silence], policy, async ({ api }) => {
    const call = getJson(api, "/quote", {});
    await assert.rejects(call, /no answer within 50 ms; gave up after 3/);
  });
});

Deno.test("a connection that went deaf costs one attempt", async () => {
  const policy = { deadlineMs: 300, attempts: 2 };
  await withServer([json(1)], policy, async ({ api, taken }) => {
    const proxy = startProxy(api.baseUrl);
    const through = { ...api, baseUrl: proxy.url };
    await getJson(through, "/quote", {});
    proxy.deafen();
    assert.equal(await getJson(through, "/quote", {}), 1);
    assert.equal(taken(), 3);
    await proxy.close();
  });
});

Deno.test("a server that is not there is a market that is not available, with the cause kept", async () => {
  await withServer([], {}, async ({ api, taken }) => {
    const nobody = { ...api, baseUrl: "http://127.0.0.1:1" };
    await assert.rejects(getJson(nobody, "/quote", {}), (error: Error) => {
      assert.ok(error instanceof MarketUnavailableError);
      assert.match(error.message, /the connection failed; gave up after 4/);
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
    assert.equal(taken(), 4);
  });
});

const STOP = new Error("stop");

Deno.test("a call that is given up before it starts is not made", async () => {
  await withServer([json(1)], {}, async ({ api, requests, taken }) => {
    const call = getJson(api, "/quote", {}, AbortSignal.abort(STOP));
    await assert.rejects(call, STOP);
    assert.equal(requests.length + taken(), 0);
  });
});

Deno.test("a call that is given up while the server thinks ends at once, with the caller's reason", async () => {
  for (const answer of [silence, stall]) {
    await withServer([answer], {}, async ({ api, requests }) => {
      const caller = new AbortController();
      const call = getJson(api, "/quote", {}, caller.signal);
      while (requests.length === 0) {
        await sleep(1);
      }
      caller.abort(STOP);
      assert.equal(await soon(call), STOP);
    });
  }
});

Deno.test("a call that is given up between two attempts ends at once", async () => {
  const caller = new AbortController();
  const down = () => {
    setTimeout(() => caller.abort(STOP), 20);
    return new Response("down", { status: 500 });
  };
  const policy = { sleep, baseDelayMs: 10_000, maxDelayMs: 10_000 };
  await withServer([down], policy, async ({ api }) => {
    assert.equal(await soon(getJson(api, "/quote", {}, caller.signal)), STOP);
  });
});

Deno.test("the limit gets the signal, and its own failure is not the market's", async () => {
  await withServer([json(1)], {}, async ({ api, requests }) => {
    const { signal } = new AbortController();
    let seen: AbortSignal | undefined;
    const take = (given?: AbortSignal) => {
      seen = given;
      return Promise.reject(new Error("no tokens: Redis is away"));
    };
    const limited = { ...api, limit: { take } };
    const call = getJson(limited, "/quote", {}, signal);
    await assert.rejects(call, /Redis is away/);
    assert.equal(seen, signal);
    assert.equal(requests.length, 0);
  });
});

Deno.test("the key is in no error, even where the server echoes it", async () => {
  const echoes = [
    text(401, `{"error":"Invalid API key ${KEY}"}`),
    text(500, `token=${KEY}`),
    text(200, `{"key ${KEY}`),
    text(404, KEY),
    text(200, KEY),
  ];
  for (const echo of echoes) {
    await withServer([echo], {}, async ({ api }) => {
      const error = await getJson(api, "/quote", {}).catch((error) => error);
      assert.ok(error instanceof Error);
      assert.doesNotMatch(Deno.inspect(error, { depth: 9 }), new RegExp(KEY));
    });
  }
});

Deno.test("Retry-After may be seconds or an HTTP date, and nonsense counts as absent", () => {
  const now = Date.parse("2026-03-04T15:00:00Z");
  const read = (header: string | null) => readRetryAfter(header, now);
  assert.equal(read("120"), 120_000);
  assert.equal(read(" 0 "), 0);
  assert.equal(read("Wed, 04 Mar 2026 15:00:30 GMT"), 30_000);
  assert.equal(read("Wed, 04 Mar 2026 14:00:00 GMT"), 0);
  for (const none of [null, "", "soon", "-", "1.5x"]) {
    assert.equal(read(none), undefined, String(none));
  }
});
