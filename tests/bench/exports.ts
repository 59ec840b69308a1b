/** How long `/healthz` and the watchlist take while long histories are sent, and while dead letters are searched. */
import type { Sql } from "postgres";
import { sleep } from "../../wait.ts";
import { startHost } from "../support/host.ts";
import type { Servers } from "./servers.ts";

const rows = 100_000;
const letters = 200_000;
const clients = 6;
const phaseMs = 10_000;
const history = `/api/signals/quotes/history?symbol=AAPL&limit=${rows}`;

/** In milliseconds. */
export interface Delays {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export type Told = (
  phase: string,
  path: string,
  delays: Delays,
  answered: number,
) => void;

/** Each phase asks both paths in turn; the first one at rest, to compare with. */
export async function measureExports(
  { sql, databaseUrl, redisUrl }: Servers,
  tell: Told,
): Promise<void> {
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    LOG_LEVEL: "error",
  };
  await fill(sql);
  const host = await startHost({ env });
  try {
    const phases: Record<string, string[]> = {
      "at rest": [],
      "six long histories": [history, `${history}&format=csv`],
      "six searches of dead letters": [
        "/api/dead-letters?search=zzqy&limit=1000",
        "/dead-letters?search=12345",
      ],
      "at rest again": [],
    };
    for (const [phase, paths] of Object.entries(phases)) {
      const busy = keepBusy(paths.map((path) => host.url + path));
      const times = await look(host.url, ["/healthz", "/"]);
      const answered = await busy.stop();
      for (const [path, all] of times) tell(phase, path, of(all), answered);
    }
  } finally {
    await host.stop();
  }
}

async function look(url: string, paths: readonly string[]) {
  const times = new Map<string, number[]>(paths.map((path) => [path, []]));
  const endsAt = performance.now() + phaseMs;
  while (performance.now() < endsAt) {
    for (const path of paths) {
      const began = performance.now();
      const answer = await fetch(url + path);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      times.get(path)!.push(performance.now() - began);
      await sleep(20);
    }
  }
  return times;
}

function of(times: readonly number[]): Delays {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]!;
  return { median: at(0.5), p99: at(0.99), max: at(1) };
}

/** Clients that ask again and again, in a thread of their own. */
function keepBusy(urls: readonly string[]) {
  const code = `self.onmessage = async ({ data: { urls, clients } }) => {
    let answered = 0, stopped = false;
    self.onmessage = () => stopped = true;
    await Promise.all(Array.from({ length: clients }, async (_, n) => {
      while (!stopped) {
        const answer = await fetch(urls[n % urls.length]);
        for await (const _ of answer.body);
        if (answer.ok) answered++;
        else await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }));
    self.postMessage(answered);
  };`;
  const worker = new Worker(
    `data:application/javascript,${encodeURIComponent(code)}`,
    { type: "module" },
  );
  const { promise, resolve } = Promise.withResolvers<number>();
  worker.onmessage = ({ data }) => {
    worker.terminate();
    resolve(data);
  };
  worker.postMessage({ urls, clients: urls.length ? clients : 0 });
  return {
    /** Resolves to how many were answered in full. */
    stop(): Promise<number> {
      worker.postMessage("stop");
      return promise;
    },
  };
}

async function fill(sql: Sql): Promise<void> {
  await sql`
    insert into quotes (symbol, at, price, change, percent_change, high, low, open, previous_close)
    select 'AAPL', now() - n * interval '1 minute', 100 + n % 97 / 7.0, 0.5, 0.25, 110.5, 90.25, 100, 99.5
    from generate_series(1, ${rows}::int) n`;
  await sql`
    insert into dead_letters (event, actor, topic, position, event_id, type, subject, reason, error, attempts, excerpt, message)
    select n, 'quotes', 'quotes', n || '-0', 'E' || n, 'signalbox.quotes', 'S' || n % 500, 'schema',
      'price: Invalid input: expected number, received string', 1, '{"price":"' || md5(n::text) || '"}', '{}'
    from generate_series(1, ${letters}::int) n`;
  await sql`vacuum analyze quotes, dead_letters`;
}
