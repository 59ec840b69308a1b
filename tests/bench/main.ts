/**
 * `deno task bench`: speed and size in one run on one machine, beside the raw limit of the same work.
 * Absolute figures are this machine's, in this minute; the ratios are what to compare.
 */
import { parseArgs } from "node:util";
import type { Broker } from "../../broker/broker.ts";
import type { Config } from "../../config.ts";
import { openActorRights } from "../../host/actor_rights.ts";
import { publishMany } from "./events.ts";
import { measureExports } from "./exports.ts";
import { measureFootprint } from "./footprint.ts";
import { measureHistory, planOfThinning } from "./history.ts";
import { measureHeap } from "./heap.ts";
import { measurePage } from "./page.ts";
import { openBroker, openServers, type Servers } from "./servers.ts";
import { measureInProcess } from "./in_process.ts";
import { measureLatency } from "./latency.ts";
import { measureLossWindow } from "./loss_window.ts";
import { measureReaders } from "./readers.ts";
import { measureRecovery } from "./recovery.ts";
import { measureRaw } from "./raw.ts";
import { measureConsume } from "./throughput.ts";

const usage =
  `deno task bench [--count N] [--kafka] | --rows N | --loss | --readers |
                  --exports | --heap MINUTES | --page

  --count N  Events of each measurement; 200000 unless told.
  --kafka    Measures Kafka as well; needs Java and Maven.
  --rows N   Measures only pages and histories of a table of so many quotes.
  --loss     Measures only how long acknowledged events are not on the disk; needs strace.
  --readers  Measures only what 1,000 open dashboards cost.
  --exports  Measures only how others are answered while long histories are sent.
  --heap MINUTES  Measures only what the tab of a watchlist of 500 symbols holds while
             they are scanned each minute; needs Chromium.
  --page     Measures only the watchlist with 5, 100 and 500 symbols; needs Chromium.`;

async function run(count: number, kafka: boolean): Promise<void> {
  const servers = await openServers();
  try {
    await measureSystem(servers, count);
    for (const name of kafka ? ["redis", "kafka"] as const : []) {
      await measureBroker(servers, name, count);
    }
    if (kafka) await measureMemory(servers, count);
  } finally {
    await servers.close();
  }
}

async function measureSystem(servers: Servers, count: number): Promise<void> {
  const { broker, config, close } = await openBroker("redis", servers);
  tell("publish, batches of 500", await publishMany(broker, count), "events/s");
  const raw = await measureRaw(servers.client, servers.sql, count, 500);
  tell("raw: XREADGROUP and XACK", raw.read, "events/s");
  tell("raw: insert from unnest", raw.insert, "events/s");
  tell("raw: HSET", raw.hset, "events/s");
  tell("raw: one after the other", raw.total, "events/s");
  await servers.clear();
  await servers.client.del("signalbox:stream:quotes");
  const own = await withOwnLogins(servers, config);
  const { alone, beside, shared } = await measureBeside(
    servers,
    own,
    config,
    broker,
    count,
  );
  tell("consume to PostgreSQL, latest, acknowledged", alone, "events/s");
  tell("of the raw limit", alone / raw.total, "", 2);
  tell("the same beside an actor in a crash loop", beside, "events/s");
  tell("of its own throughput", beside / alone, "", 2);
  tell("the same without logins of its own", shared, "events/s");
  tell("with them, of that", alone / shared, "", 2);
  const latency = await measureLatency(
    config,
    broker,
    servers.subscriber,
    300,
    count,
  );
  const { crash, loop } = await measureRecovery(config);
  tell("crash of an isolate to the next one running", crash, "ms");
  tell(`endless loop to the same, limit ${config.hangAfterMs} ms`, loop, "ms");
  tell("publish to latest at rest, p50", latency.p50, "ms", 1);
  tell("publish to latest at rest, p99", latency.p99, "ms", 1);
  await close();
  const size = await measureFootprint(servers.databaseUrl, servers.redisUrl);
  tell("resident, three actors", size.residentMb, "MB");
  tell("start to first data", size.firstDataMs, "ms");
  tell("scripts of the watchlist page, gzip", size.scriptsKb, "kB", 1);
}

/** As Signalbox gives them to the isolates of quotes. */
async function withOwnLogins(
  { sql }: Servers,
  config: Config,
): Promise<Config> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const required = { ...config, actorRoles: "required" } as const;
  const rights = await openActorRights(required, sql, log);
  const dir = new URL("../../actors/quotes/", import.meta.url);
  const urls = await rights.urlsOf("quotes", dir, []);
  await rights.close();
  return { ...config, ...urls };
}

type How = "alone" | "beside" | "shared";

/** In turns, three times, and the medians: so that a busy machine is as busy for all. */
async function measureBeside(
  servers: Servers,
  own: Config,
  shared: Config,
  broker: Broker,
  count: number,
): Promise<Record<How, number>> {
  const rates: Record<How, number[]> = { alone: [], beside: [], shared: [] };
  for (let turn = 0; turn < 3; turn++) {
    for (const how of ["alone", "beside", "shared"] as const) {
      await servers.clear();
      const config = how === "shared" ? shared : own;
      const options = { crashing: how === "beside" };
      rates[how].push(await measureConsume(config, broker, count, options));
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[1]!;
  const { alone, beside, shared: together } = rates;
  return {
    alone: median(alone),
    beside: median(beside),
    shared: median(together),
  };
}

async function measureBroker(
  servers: Servers,
  name: "redis" | "kafka",
  count: number,
): Promise<void> {
  await servers.client.flushall();
  await servers.clear();
  const { broker, config, close } = await openBroker(name, servers);
  tell(`${name}: publish`, await publishMany(broker, count), "events/s");
  const rate = await measureInProcess(servers, broker, count);
  tell(`${name}: consume to PostgreSQL`, rate, "events/s");
  const latency = await measureLatency(
    config,
    broker,
    servers.subscriber,
    200,
    count,
  );
  tell(`${name}: publish to latest, p50`, latency.p50, "ms", 1);
  tell(`${name}: publish to latest, p99`, latency.p99, "ms", 1);
  await close();
}

/** In this process only: isolates share no memory. */
async function measureMemory(servers: Servers, count: number): Promise<void> {
  const { connectBroker } = await import("../../broker/open.ts");
  await servers.clear();
  const broker = await connectBroker("memory:bench");
  tell("memory: publish", await publishMany(broker, count), "events/s");
  const rate = await measureInProcess(servers, broker, count);
  tell("memory: consume to PostgreSQL", rate, "events/s");
  await broker.close();
}

async function tellHistory(rows: number): Promise<void> {
  const servers = await openServers();
  try {
    tell("rows of quotes", rows, "");
    await measureHistory(servers, rows, (what, ms, cpuMs) => {
      tell(what, ms, "ms", 1);
      if (cpuMs !== undefined) {
        tell("  of the host's processor", cpuMs, "ms", 1);
      }
    });
    for (const line of await planOfThinning(servers.sql)) console.log(line);
  } finally {
    await servers.close();
  }
}

async function tellReaders(): Promise<void> {
  const servers = await openServers();
  try {
    const readers = await measureReaders(servers, 1_000);
    tell("memory of an open dashboard, of 1,000", readers.readerKb, "kB");
    tell("processor's time for a value to 1,000", readers.valueMs, "ms", 1);
    tell("500 values at once to 1,000", readers.allMs, "ms");
  } finally {
    await servers.close();
  }
}

async function tellExports(): Promise<void> {
  const servers = await openServers();
  try {
    await measureExports(servers, (phase, path, delays, answered) => {
      const { median, p99, max } = delays;
      const ms = [median, p99, max].map((one) => one.toFixed(0).padStart(6));
      const count = answered ? `; ${answered} answered` : "";
      console.log(
        `${phase.padEnd(30)} ${path.padEnd(9)} median, p99, max${
          ms.join("")
        } ms${count}`,
      );
    });
  } finally {
    await servers.close();
  }
}

async function tellHeap(minutes: number): Promise<void> {
  const servers = await openServers();
  try {
    await measureHeap(servers, minutes, (heap) => {
      const { minute, heapKb, nodes, listeners, changes } = heap;
      const beside = `kB; ${nodes} nodes, ${listeners} listeners, ` +
        `${changes} changes seen`;
      tell(`heap of the tab, minute ${minute}`, heapKb, beside);
    });
  } finally {
    await servers.close();
  }
}

async function tellPage(): Promise<void> {
  const servers = await openServers();
  try {
    await measurePage(servers, (line) => console.log(line));
  } finally {
    await servers.close();
  }
}

async function tellLossWindow(): Promise<void> {
  const { syncs, median, max } = await measureLossWindow(30);
  tell("syncs of the append-only file in 30 s", syncs, "");
  tell("acknowledged and not yet on the disk, median", median, "ms");
  tell("acknowledged and not yet on the disk, max", max, "ms");
}

function tell(what: string, value: number, unit: string, digits = 0): void {
  const shown = value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  console.log(`${what.padEnd(46)} ${shown.padStart(12)} ${unit}`.trimEnd());
}

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    count: { type: "string", default: "200000" },
    kafka: { type: "boolean", default: false },
    rows: { type: "string" },
    loss: { type: "boolean", default: false },
    readers: { type: "boolean", default: false },
    exports: { type: "boolean", default: false },
    heap: { type: "string" },
    page: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else if (values.rows) await tellHistory(Number(values.rows));
else if (values.loss) await tellLossWindow();
else if (values.readers) await tellReaders();
else if (values.exports) await tellExports();
else if (values.heap) await tellHeap(Number(values.heap));
else if (values.page) await tellPage();
else await run(Number(values.count), values.kafka);
Deno.exit(0);
