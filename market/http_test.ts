import assert from "node:assert/strict";
import {
  type Answer,
  json,
  KEY,
  silence,
  stall,
  text,
  withServer,
} from "../tests/support/answering_api.ts";
import { type CallPolicy, getJson } from "./http.ts";
import {
  type MarketCall,
  MarketRefusedError,
  MarketUnavailableError,
  SymbolRefusedError,
} from "./market.ts";

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
