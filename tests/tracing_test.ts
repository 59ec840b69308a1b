/** What a host exports by OpenTelemetry: one trace from a slot to its rows, and the log as it was meant. */
import assert from "node:assert/strict";
import { eventually, startHost } from "./support/host.ts";
import { type ReceivedSpan, startReceiver } from "./support/otlp_receiver.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };

/** From a span up to the one that nothing caused. */
function wayTo(spans: readonly ReceivedSpan[], name: string): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way: string[] = [];
  let span = spans.find((one) => one.name === name);
  for (; span; span = byId.get(span.parentSpanId)) way.unshift(span.name);
  return way;
}

Deno.test("one trace leads from a slot to the rows and the latest values, and an observer's work is in it", async () => {
  await using receiver = startReceiver();
  const database = await testDatabase();
  const redis = await testRedis();
  const host = await startHost({
    env: {
      ...receiver.env,
      OTEL_DENO_CONSOLE: "replace",
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      MARKET: "demo",
      WATCHLIST: "AAPL",
      SCHEDULE_QUOTES: "0 0 1 */6 *",
    },
  });
  try {
    const spans = await eventually(() => {
      const root = receiver.spans.find((span) =>
        span.name === "scan quotes" && span.attributes["signalbox.slot"]
      );
      const found = receiver.spans
        .filter((span) => span.traceId === root?.traceId);
      const names = new Set(found.map(({ name }) => name));
      const last = ["deliver quotes", "latest quotes", "deliver alerts"];
      return last.every((name) => names.has(name)) ? found : null;
    });
    const way = ["scan quotes", "produce quotes"];
    assert.deepEqual(wayTo(spans, "market quotes"), [...way, "market quotes"]);
    way.push("publish quotes", "deliver quotes");
    assert.deepEqual(
      wayTo(spans, "insert quotes"),
      [...way, "handle quotes", "insert quotes"],
    );
    assert.deepEqual(wayTo(spans, "latest quotes"), [...way, "latest quotes"]);
    assert.deepEqual(wayTo(spans, "handle alerts"), [
      ...way.slice(0, -1),
      "deliver alerts",
      "handle alerts",
    ]);
    const kindOf = (name: string) =>
      spans.find((span) => span.name === name)!.kind;
    assert.equal(kindOf("scan quotes"), kinds.internal);
    assert.equal(kindOf("market quotes"), kinds.client);
    assert.equal(kindOf("publish quotes"), kinds.producer);
    assert.equal(kindOf("deliver quotes"), kinds.consumer);
    assert.equal(kindOf("insert quotes"), kinds.client);
    // What the pages tell of a value's way is the same trace.
    const path = "/api/signals/quotes/provenance?symbol=AAPL";
    const told = await (await fetch(host.url + path)).json();
    assert.equal(told.trace_id, spans[0]!.traceId);
    await (await fetch(`${host.url}/symbols/AAPL`)).body?.cancel();
    const requests = [
      "GET /api/signals/{signal}/provenance",
      "GET /symbols/:symbol",
    ];
    await eventually(() =>
      requests.every((asked) =>
        receiver.spans.some(({ name, kind }) =>
          name === asked && kind === kinds.server
        )
      )
    );
  } finally {
    await host.stop();
    await redis.stop();
    await database.drop();
  }
  const { logs } = receiver;
  const ready = logs.find(({ body }) => body === "main: ready");
  assert.equal(ready?.severityText, "INFO", JSON.stringify(logs));
  assert.ok(logs.some((one) => one.severityText === "WARN"), "durability");
  assert.match(host.log(), / INFO {2}main +ready\n/);
});

const causes = ["a", "b"]
  .map((id) => `00-${id.repeat(32)}-${id.repeat(16)}-01`);

/** Events of two scans in one batch that cannot be stored, and then some that say nonsense of their cause. */
const script = `
  import { inDelivery } from "./engine/delivery_spans.ts";
  import { createLog } from "./engine/log.ts";
  const item = (traceparent) => ({
    delivery: { attributes: {} }, event: { traceparent }, deliveredAt: Date.now(),
  });
  const exported = "capture";
  const log = createLog({ level: "info", format: "text", exported, name: "x" });
  const fail = () => (log.warn("it fails"), Promise.reject(new Error("no")));
  await inDelivery("quotes", ${JSON.stringify(causes)}.map(item), fail)
    .catch(() => {});
  const zeros = "00-" + "a".repeat(32) + "-" + "0".repeat(16) + "-01";
  const odd = [item("nonsense"), item(zeros)];
  await inDelivery("quotes", odd, () => Promise.resolve());
`;

Deno.test("a batch of two scans has a span in the trace of each, the second linked to the first, and fails in both", async () => {
  await using receiver = startReceiver();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    cwd: new URL("../", import.meta.url),
    env: receiver.env,
  }).output();
  const printed = new TextDecoder().decode(stderr);
  assert.equal(code, 0, printed);
  assert.match(printed, /WARN {2}x +it fails\n/);
  const under = (parentId: string) =>
    receiver.spans.find(({ parentSpanId }) => parentSpanId === parentId);
  const first = under("a".repeat(16));
  const second = under("b".repeat(16));
  const alone = under("");
  assert.deepEqual(
    [first, second, alone].map((span) => [span!.name, span!.status.code]),
    [["deliver quotes", 2], ["deliver quotes", 2], ["deliver quotes", 0]],
  );
  assert.deepEqual(
    [first, second].map((span) => span!.traceId),
    ["a", "b"].map((id) => id.repeat(32)),
  );
  assert.deepEqual(second!.links.map(({ traceId }) => traceId), [
    first!.traceId,
  ]);
  const [record] = receiver.logs;
  assert.equal(record!.severityText, "WARN");
  assert.equal(record!.traceId, first!.traceId, "said while it was delivered");
});
