/**
 * `deno task soak`: two hosts with 500 symbols, at 60 times the speed, looked at by people meanwhile. When
 * the time is over, nothing may have grown: no memory, no connections, no stream, nothing pending.
 */
import { parseArgs } from "node:util";
import { sleep } from "../../wait.ts";
import { symbolOf } from "../bench/fill.ts";
import { type Host, startHost } from "../support/host.ts";
import { testPostgres, testRedis } from "../support/servers.ts";
import { lookAround } from "./people.ts";
import { openGauges, type Sample } from "./gauges.ts";
import { check, table } from "./verdict.ts";

const usage =
  `deno task soak: two hosts at 60 times the speed, and what has grown.

  --minutes N   how long (60)
  --symbols N   the watchlist's length (500)`;

/** Each schedule so many times as often. */
const speed = 60;
const sampleEveryMs = 5_000;
const streamMaxLength = 20_000;

interface Soak {
  readonly minutes: number;
  readonly symbols: number;
}

async function soak({ minutes, symbols }: Soak): Promise<boolean> {
  const [postgres, redis] = await Promise.all([
    testPostgres({ persist: true }),
    testRedis({ persist: true }),
  ]);
  const names = Array.from({ length: symbols }, (_, n) => symbolOf(n));
  const env = {
    DATABASE_URL: postgres.appUrl,
    REDIS_URL: redis.appUrl,
    WATCHLIST: names.join(","),
    MARKET: "demo",
    TRIAL_SPEED: String(speed),
    STREAM_MAX_LENGTH: String(streamMaxLength),
    LOG_LEVEL: "warn",
  };
  const hosts = [await startHost({ env }), await startHost({ env })];
  const leaving = new AbortController();
  const people = lookAround(hosts, names, leaving.signal);
  const gauges = openGauges(postgres.url, redis.url, hosts);
  try {
    const samples = await watch(minutes, gauges.read);
    const faults = check(samples, { streamMaxLength });
    console.log(table(samples).join("\n"));
    for (const fault of faults) console.log(`RED   ${fault}`);
    for (const warning of warnings(hosts)) console.log(`      ${warning}`);
    console.log(faults.length ? `${faults.length} failed` : "1 passed");
    return faults.length === 0;
  } finally {
    leaving.abort();
    await people;
    await gauges.close();
    await Promise.all(hosts.map((host) => host.stop()));
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

/** Prints a line each minute. */
async function watch(
  minutes: number,
  read: () => Promise<Sample>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  for (let minute = 0; minute < minutes;) {
    await sleep(sampleEveryMs);
    const sample = await read();
    samples.push(sample);
    const now = Math.floor((performance.now() - began) / 60_000);
    if (now === minute) continue;
    minute = now;
    const sizes = sample.residentMb.map((size) => size.toFixed(0)).join(", ");
    console.log(
      `${minute} min  ${sizes} MB resident, ${sample.stored} rows stored`,
    );
  }
  return samples;
}

/** What the hosts complained about: each kind of line once, with how often. */
function warnings(hosts: readonly Host[]): string[] {
  const lines = hosts.flatMap((host) => host.log().split("\n"))
    .filter((line) => / (WARN|ERROR) /i.test(line))
    .map((line) => line.replace(/^\S+\s+/, "").slice(0, 100));
  return [...Map.groupBy(lines, (line) => line.replace(/\d+/g, "N"))]
    .map(([, [first, ...more]]) => `${more.length + 1} × ${first}`);
}

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    minutes: { type: "string", default: "60" },
    symbols: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  Deno.exit();
}
const { minutes, symbols } = values;
Deno.exit(
  await soak({ minutes: Number(minutes), symbols: Number(symbols) }) ? 0 : 1,
);
