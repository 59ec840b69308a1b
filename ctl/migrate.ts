/** `ctl migrate`: moves what a broker still holds for the groups to another broker. */
import { connectBroker } from "../broker/open.ts";
import type { Broker } from "../broker/broker.ts";
import { UnreachableError } from "./api.ts";
import type { Command, Options } from "./commands.ts";
import { type MoveProgress, moveTopic } from "./move_topic.ts";
import { UsageError } from "./usage.ts";

export const migrate: Command = {
  usage: "migrate --from <broker> --to <broker>",
  summary:
    "Moves unread and pending entries to another broker, in order per symbol.",
  details:
    `A broker is its URL (redis://…, kafka://…), or "redis" for REDIS_URL and "kafka" for BROKER_URL.
Stop Signalbox first, move, then start it with the new BROKER_URL. An entry is acknowledged at the
old broker after the new one has it: if this is interrupted, run it again; nothing is lost, and what
is moved twice is stored once.`,
  async run(_words, options) {
    const { flags, print } = options;
    const [from, to] = [urlOf(flags.from, "--from"), urlOf(flags.to, "--to")];
    if (from === to) {
      throw new UsageError("--from and --to are the same broker");
    }
    await refuseWhileRunning(options);
    const moved = await between(from, to, async (source, target) => {
      const counts: Record<string, number> = {};
      for (const topic of await topics()) {
        const tell = progressOf(topic, options);
        counts[topic] = await moveTopic(source, target, topic, tell);
      }
      return counts;
    });
    print(flags.json ? JSON.stringify(moved) : report(moved));
    return true;
  },
};

async function between<T>(
  from: string,
  to: string,
  work: (source: Broker, target: Broker) => Promise<T>,
): Promise<T> {
  // Consumers that were killed moments ago are found dead as soon as their own lease is over.
  const source = await connectBroker(from, { claimAfterMs: 1_000 });
  try {
    const target = await connectBroker(to);
    try {
      if (!target.features.durable) {
        throw new UsageError(`--to: ${target.name} keeps nothing`);
      }
      return await work(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

const noteEveryMs = 500;

function progressOf(topic: string, { note }: Options): MoveProgress {
  let told = performance.now();
  return {
    onMoved(moved, total) {
      if (performance.now() - told < noteEveryMs) return;
      told = performance.now();
      note(`${topic}: ${moved} of ${total ?? "?"} moved …`);
    },
    onRemark: (text) => note(`${topic}: ${text}`),
  };
}

function report(moved: Record<string, number>): string {
  return Object.entries(moved).map(([topic, count]) =>
    `${topic}: ${count} entries moved`
  ).join("\n");
}

/** A consumer that still reads would take entries in between, and their order with them. */
async function refuseWhileRunning({ api }: Options): Promise<void> {
  try {
    await api.ask("/healthz");
  } catch (error) {
    if (error instanceof UnreachableError) return;
    // It answers, if not as we know it: that is somebody.
  }
  throw new Error(
    `Signalbox is running at ${api.url}: stop it first, so that nothing is read or added meanwhile`,
  );
}

function urlOf(given: string | undefined, flag: string): string {
  if (!given) {
    throw new UsageError(
      `migrate needs ${flag}: a broker's URL, redis or kafka`,
    );
  }
  if (given.includes("://")) return given;
  const name = { redis: "REDIS_URL", kafka: "BROKER_URL" }[given];
  const url = name && Deno.env.get(name);
  if (!name) {
    throw new UsageError(
      `${flag}: "${given}" is no broker; allowed: a URL, redis or kafka`,
    );
  }
  if (!url?.startsWith(given)) {
    throw new UsageError(
      `${flag} ${given}: ${name} is not the URL of one; give the URL`,
    );
  }
  return url;
}

/** Also of actors that cannot be loaded now: their events are kept for them. */
async function topics(): Promise<string[]> {
  const names: string[] = [];
  for await (
    const entry of Deno.readDir(new URL("../actors/", import.meta.url))
  ) {
    if (entry.isDirectory && !entry.name.startsWith(".")) {
      names.push(entry.name);
    }
  }
  return names.sort();
}
