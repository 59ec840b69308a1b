/**
 * A firewall that forgets the connections that there are: what is sent over them is dropped, nobody is
 * told, and new ones pass. Everything works again within seconds, and nothing is lost.
 */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { Broker } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import { deadline, sleep } from "../wait.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { type Proxy, startProxy } from "./support/proxy.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

interface System {
  readonly host: Host;
  readonly toDatabase: Proxy;
  readonly toRedis: Proxy;
  /** Past the network between the host and its servers. */
  readonly broker: Broker;
  readonly sql: Sql;
}

async function onHost(work: (system: System) => Promise<void>) {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const toDatabase = startProxy(database.url);
  const toRedis = startProxy(redis.url);
  const host = await startHost({
    env: {
      DATABASE_URL: toDatabase.url,
      REDIS_URL: toRedis.url,
      MARKET: "demo",
      WATCHLIST: "AAPL",
      SCHEDULE_QUOTES: "0 0 1 1 *",
    },
  });
  const broker = await connectBroker(redis.url);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await work({ host, toDatabase, toRedis, broker, sql });
  } finally {
    await host.kill();
    await broker.close();
    await sql.end();
    await Promise.all([toDatabase.close(), toRedis.close()]);
    await redis.stop();
    await database.drop();
  }
}

const at = (n: number) => new Date(Date.UTC(2026, 0, 31, 14, n)).toISOString();

/** Publishes a quote of a symbol that the market does not have, and resolves to how long it takes until it is stored, in ms. */
async function store({ broker, sql }: System, price: number): Promise<number> {
  const start = performance.now();
  const [id, time] = [`ZZZ:${price}`, at(price)];
  const numbers = { change: null, percent_change: null, high: 1, low: 1 };
  const data = { price, ...numbers, open: 1, previous_close: 1 };
  await broker.publish("quotes", [{
    key: "ZZZ",
    attributes: {
      ...{ id, type: "signalbox.quotes", subject: "ZZZ", time, v: "1" },
    },
    data: JSON.stringify(data),
  }]);
  await eventually(
    async () =>
      (await sql`select from quotes where price = ${price}`).count === 1,
    60_000,
  );
  return performance.now() - start;
}

/** Resolves to how long it takes until a page is answered well, in ms; no answer may take longer than 10 s. */
async function untilPage({ host }: System, path: string): Promise<number> {
  const start = performance.now();
  await eventually(async () => {
    const asked = fetch(host.url + path);
    const response = await deadline(asked, 10_500, `${path} hung`)
      .catch((error) => assert.fail(error));
    await response.body?.cancel();
    return response.status === 200;
  }, 40_000);
  return performance.now() - start;
}

/** Everything that connects is connected, and more than once where there is a pool. */
async function warmUp(system: System): Promise<void> {
  await store(system, 1);
  const paths = ["/", "/symbols/AAPL", "/actors", "/dead-letters", "/readyz"];
  await Promise.all(paths.map((path) => untilPage(system, path)));
}

function assertQuick(times: Record<string, number>, mostMs: number): void {
  for (const [what, ms] of Object.entries(times)) {
    console.log(`${what}: ${(ms / 1_000).toFixed(1)} s`);
    assert.ok(ms < mostMs, `${what}: ${ms} ms`);
  }
}

Deno.test("when the connections to PostgreSQL go deaf, events and pages come back", () =>
  onHost(async (system) => {
    await warmUp(system);
    system.toDatabase.deafen();
    const [stored, page, list, ready] = await Promise.all([
      store(system, 2),
      untilPage(system, "/symbols/AAPL"),
      untilPage(system, "/dead-letters"),
      untilPage(system, "/readyz"),
    ]);
    assertQuick({ stored, page, list, ready }, 15_000);
  }));

Deno.test("when the connections to Redis go deaf, events, pages and streams come back", () =>
  onHost(async (system) => {
    await warmUp(system);
    const stream = await followEvents(system.host);
    await eventually(() => stream.text().includes('"price":1,'));
    system.toRedis.deafen();
    const start = performance.now();
    const told = eventually(() => stream.text().includes('"price":2,'), 60_000)
      .then(() => performance.now() - start);
    const [stored, page, list, ready, heard] = await Promise.all([
      store(system, 2),
      untilPage(system, "/symbols/AAPL"),
      untilPage(system, "/streams/quotes"),
      untilPage(system, "/readyz"),
      told,
    ]);
    await stream.close();
    assertQuick({ stored, page, list, ready, heard }, 20_000);
  }));

Deno.test("slow servers, connections cut in the middle, and a moment without anything lose nothing", () =>
  onHost(async (system) => {
    await warmUp(system);
    const proxies = [system.toDatabase, system.toRedis];
    const times: Record<string, number> = {};
    for (const proxy of proxies) proxy.slow(200, 20);
    times.slow = await store(system, 2);
    for (const proxy of proxies) proxy.heal();
    for (const proxy of proxies) proxy.cut();
    times.cut = await store(system, 3);
    for (const proxy of proxies) proxy.stall();
    const stalled = store(system, 4);
    await sleep(8_000);
    for (const proxy of proxies) proxy.heal();
    times.stalled = await stalled - 8_000;
    times.page = await untilPage(system, "/symbols/AAPL");
    assertQuick(times, 10_000);
  }));

/** What the server tells a browser. */
async function followEvents({ url }: Host) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const response = await fetch(`${url}/api/events?signal=quotes`, { signal });
  let text = "";
  const reading = (async () => {
    const stream = response.body!.pipeThrough(new TextDecoderStream());
    for await (const part of stream) text += part;
  })().catch(() => {}); // until it is aborted
  return {
    text: () => text,
    async close() {
      stopping.abort();
      await reading;
    },
  };
}
