import assert from "node:assert/strict";
import { type Api, startApi } from "./support/api_system.ts";

const rule = { symbol: "ibm", when: "price", crosses: "above", value: 180.5 };

async function post(api: Api, body: unknown) {
  const response = await api.send("POST", "/api/alerts", body);
  return { response, body: await response.json() };
}

Deno.test("an alert is made with what it leaves out, read, changed and deleted", async () => {
  await using api = await startApi();
  const { response, body } = await post(api, rule);
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("location"), "/api/alerts/1");
  const { created_at, ...made } = body;
  assert.ok(Date.parse(created_at));
  assert.deepEqual(made, {
    ...rule,
    symbol: "IBM",
    id: 1,
    repeat: "rearm",
    hysteresis: 0.5,
    cooldown_minutes: 0,
    expires_at: null,
    note: "",
    paused: false,
    state: "waiting",
    fired: 0,
    last_fired_at: null,
  });
  assert.deepEqual(await (await api.call("/api/alerts/1")).json(), body);
  const changed = await (await api.send("PATCH", "/api/alerts/1", {
    value: 200,
    paused: true,
    note: "at last",
  })).json();
  assert.deepEqual(changed, {
    ...body,
    value: 200,
    paused: true,
    note: "at last",
    state: "paused",
  });
  const list = await (await api.call("/api/alerts")).json();
  assert.deepEqual(list, { alerts: [changed] });
  const gone = await api.send("DELETE", "/api/alerts/1");
  assert.equal(gone.status, 204);
  for (
    const [method, more] of [["GET"], ["DELETE"], ["PATCH", {
      paused: false,
    }]] as const
  ) {
    const missing = await api.send(method, "/api/alerts/1", more);
    assert.equal(missing.status, 404, method);
    await missing.body?.cancel();
  }
  assert.deepEqual(await (await api.call("/api/alerts/firings")).json(), {
    firings: [],
  });
});

Deno.test("every kind of rule is taken, and a rule may become one of another kind", async () => {
  await using api = await startApi();
  const rules = [
    { symbol: "*", when: "move", percent: 5, minutes: 60 },
    { symbol: "*", when: "rating", change: "any" },
    { symbol: "*", when: "news", words: "merger, takeover", repeat: "once" },
  ];
  for (const one of rules) {
    const { response, body } = await post(api, one);
    assert.equal(response.status, 201);
    assert.equal(body.state, "armed");
  }
  const other = { when: "price", crosses: "below", value: 10 };
  const changed = await api.send("PATCH", "/api/alerts/1", other);
  const { percent, crosses } = await changed.json();
  assert.deepEqual([percent, crosses], [undefined, "below"]);
  const lacking = await api.send("PATCH", "/api/alerts/2", { when: "news" });
  assert.equal(lacking.status, 409);
  assert.match((await lacking.json()).detail, /"words" in the body/);
});

Deno.test("what makes no rule is refused, by the field that is wrong", async () => {
  await using api = await startApi();
  const bad: [body: unknown, field: string][] = [
    [{ ...rule, symbol: "not a symbol" }, "symbol"],
    [{ ...rule, when: "volume" }, "when"],
    [{ ...rule, crosses: "over" }, "crosses"],
    [{ ...rule, value: "180" }, "value"],
    [{ ...rule, hysteresis: -1 }, "hysteresis"],
    [{ ...rule, cooldown_minutes: 1.5 }, "cooldown_minutes"],
    [{ ...rule, repeat: "always" }, "repeat"],
    [{ ...rule, expires_at: "tomorrow" }, "expires_at"],
    [{ ...rule, url: "https://example.com" }, "url"],
    [{ symbol: "*", when: "move", percent: 0, minutes: 60 }, "percent"],
    [{ symbol: "*", when: "move", percent: 5, minutes: 2_000 }, "minutes"],
    [{ symbol: "*", when: "news", words: " , " }, "words"],
    [{ symbol: "*", when: "rating", change: "up" }, "change"],
  ];
  for (const [given, field] of bad) {
    const { response, body } = await post(api, given);
    assert.equal(response.status, 422, field);
    assert.deepEqual(body.errors.map(({ name }: { name: string }) => name), [
      field,
    ]);
  }
  const query = await api.call("/api/alerts/firings?limit=0");
  assert.equal(query.status, 422);
  await query.body?.cancel();
});
