/** The OpenAPI document, and what every path answers besides its methods. */
import assert from "node:assert/strict";
import { feedOf } from "../api/events.ts";
import { ask, everyEndpoint } from "./support/api_conformance.ts";
import { startApi } from "./support/api_system.ts";

Deno.test("the OpenAPI document has every endpoint, and every reference leads somewhere", async () => {
  await using api = await startApi();
  const { body } = await ask(api, "GET", "/api/openapi.json");
  assert.equal(body.openapi, "3.1.0");
  const told = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.keys(item as object).map((method) =>
      `${method.toUpperCase()} ${path}`
    )
  );
  assert.deepEqual(told.sort(), everyEndpoint.toSorted());
  const references = JSON.stringify(body).matchAll(/"\$ref":"([^"]*)"/g);
  for (const [, reference] of references) {
    assert.ok(leadsTo(body, reference!), `${reference} leads somewhere`);
  }
  const names = new Set<string>();
  for (const item of Object.values(body.paths)) {
    for (const operation of Object.values(item as object)) {
      names.add(operation.operationId);
      assert.ok(
        operation.summary && operation.responses,
        operation.operationId,
      );
      for (const response of Object.values(operation.responses)) {
        assert.ok((response as { description: string }).description);
      }
    }
  }
  assert.equal(names.size, told.length, "operation ids are unique");
});

Deno.test("parameters in the OpenAPI document are those of the path and the query", async () => {
  await using api = await startApi();
  const { body } = await ask(api, "GET", "/api/openapi.json");
  for (const [path, item] of Object.entries(body.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    for (const operation of Object.values(item as object)) {
      const inPath = operation.parameters
        .filter((p: { in: string }) => p.in === "path")
        .map((p: { name: string }) => p.name);
      assert.deepEqual(inPath, named, path);
    }
  }
  const history = body.paths["/api/signals/{signal}/history"].get;
  const symbol = history.parameters.find((p: { name: string }) =>
    p.name === "symbol"
  );
  assert.equal(symbol.required, true);
  assert.ok(symbol.schema.pattern && symbol.example);
  const signal = history.parameters.find((p: { name: string }) =>
    p.name === "signal"
  );
  assert.ok(signal.schema.enum.includes("quotes"));
  assert.equal(401 in history.responses, false, "no token is asked for");
  assert.ok(history.responses[200].content["text/csv"]);
  assert.ok(body.components.schemas["data.quotes"].properties.price);
  assert.equal("security" in body, false);
});

Deno.test("HEAD answers as GET without a body, and OPTIONS tells the methods", async () => {
  await using api = await startApi();
  const head = await api.call("/api/signals", { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const options = await api.call("/api/watchlist/AAPL", { method: "OPTIONS" });
  assert.equal(options.status, 204);
  assert.equal(
    options.headers.get("allow"),
    "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
  );
});

Deno.test("HEAD of the event stream leaves no client behind", async () => {
  await using api = await startApi();
  const head = await api.call("/api/events", { method: "HEAD" });
  assert.equal(head.headers.get("content-type"), "text/event-stream");
  assert.equal(await head.text(), "");
  assert.equal(feedOf(api.services).clients, 0);
});

function leadsTo(document: unknown, reference: string): boolean {
  return reference.startsWith("#/") &&
    reference.slice(2).split("/").reduce(
        (at: unknown, part) => (at as Record<string, unknown>)?.[part],
        document,
      ) !== undefined;
}
