import assert from "node:assert/strict";
import { type Api, startApi } from "./support/api_system.ts";

const form = (fields: Record<string, string>, headers = {}) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
});

const rule = {
  when: "price",
  symbol: "IBM",
  crosses: "above",
  value: "180,5",
  repeat: "rearm",
  hysteresis: "0.5",
  cooldown_minutes: "0",
  expires_at: "2099-01-31T14:30",
  note: "<b>sell</b>",
};

async function page(api: Api, path: string): Promise<string> {
  const response = await api.call(path);
  assert.equal(response.status, 200);
  return await response.text();
}

Deno.test("an alert is made, changed, paused and deleted by forms alone", async () => {
  await using api = await startApi();
  const send = async (fields: Record<string, string>, query = "") => {
    const answer = await api.call(`/alerts${query}`, form(fields));
    await answer.body?.cancel();
    return [answer.status, answer.headers.get("location")];
  };
  assert.deepEqual(await send({ intent: "add", ...rule }), [
    303,
    "/alerts?did=add",
  ]);
  const [made] = await api.services.alerts.list();
  assert.equal(made!.rule.value, 180.5);
  assert.equal(made!.rule.expires_at, "2099-01-31T14:30:00.000Z");
  const html = await page(api, "/alerts");
  assert.match(html, /IBM above 180.5/);
  assert.match(html, /&lt;b>sell/);
  await send({ intent: "pause", id: "1" });
  assert.equal((await api.services.alerts.get(1)).paused, true);
  assert.deepEqual(
    await send({ intent: "change", id: "1", ...rule, value: "7" }, "?from=IBM"),
    [303, "/symbols/IBM"],
  );
  assert.equal((await api.services.alerts.get(1)).rule.value, 7);
  await send({ intent: "remove", id: "1" });
  assert.deepEqual(await api.services.alerts.list(), []);
  const refused = await api.call(
    "/alerts",
    form({ intent: "add", ...rule, value: "much" }),
  );
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /value.*much.*is not allowed/);
});

Deno.test("a symbol's page has its alerts, what they fired, and the forms for more", async () => {
  await using api = await startApi();
  await api.quote("IBM", "2026-01-05T15:00:00.000Z");
  const { alerts } = api.services;
  await api.call("/alerts?from=IBM", form({ intent: "add", ...rule }))
    .then((answer) => answer.body?.cancel());
  const { rule: made } = await alerts.get(1);
  await api.parts.sql`
    insert into alert_firings (alert_id, symbol, at, value, text, rule, event_id)
    values (1, 'IBM', now(), '181', '181 is above 180.5', ${
    JSON.stringify(made)
  }::text::jsonb, 'x')`;
  const html = await page(api, "/symbols/IBM");
  assert.match(html, /IBM above 180.5/);
  assert.match(html, /181 is above 180.5/);
  assert.match(html, /action="\/alerts\?from=IBM"/);
});
