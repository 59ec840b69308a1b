/** Calls that would not end by themselves, and such that nobody waits for any more. */
import assert from "node:assert/strict";
import {
  json,
  silence,
  soon,
  stall,
  text,
  withServer,
} from "../tests/support/answering_api.ts";
import { startProxy } from "../tests/support/proxy.ts";
import { sleep } from "../wait.ts";
import { getJson } from "./http.ts";
import { MarketUnavailableError } from "./market.ts";

const STOP = new Error("stop");

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
