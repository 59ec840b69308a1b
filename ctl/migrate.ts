/** `ctl migrate`: moves what a broker still holds for the groups to another broker. */
import { connectBroker } from "../broker/connect.ts";
import type { BatchHandler, Broker } from "../broker/broker.ts";
import type { Command, Options } from "./commands.ts";
import { UnreachableError } from "./api.ts";
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
    const { flags, print, note } = options;
    const [from, to] = [urlOf(flags.from, "--from"), urlOf(flags.to, "--to")];
    if (from === to) {
      throw new UsageError("--from and --to are the same broker");
    }
    await refuseWhileRunning(options);
    const source = await connectBroker(from, { claimAfterMs: 1_000 });
    const target = await connectBroker(to);
    try {
      const moved: Record<string, number> = {};
      for (const topic of await topics()) {
        moved[topic] = await moveTopic(
          source,
          target,
          topic,
          (count) => note(`${topic}: ${count} moved …`),
        );
      }
      print(flags.json ? JSON.stringify(moved) : report(moved));
      return true;
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  },
};

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
    throw error;
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

async function topics(): Promise<string[]> {
  const names: string[] = [];
  for await (
    const entry of Deno.readDir(new URL("../actors/", import.meta.url))
  ) {
    if (entry.isDirectory) names.push(entry.name);
  }
  return names.sort();
}

/**
 * Publishes to `target` what the group of `topic` has not acknowledged at `source`, and acknowledges
 * it there. What is pending goes first: it is older than what is unread.
 */
export async function moveTopic(
  source: Broker,
  target: Broker,
  topic: string,
  onProgress: (moved: number) => void = () => {},
): Promise<number> {
  if (!(await source.groups(topic)).some(({ group }) => group === topic)) {
    return 0;
  }
  const moved = await movePending(source, target, topic);
  const move: BatchHandler = async (batch) => {
    const fresh = batch.filter(({ position }) => !moved.has(position));
    await target.publish(topic, fresh);
    for (const { position } of fresh) moved.add(position);
    onProgress(moved.size);
  };
  const subscription = source.subscribe(topic, topic, move, {
    consumer: "migrate",
  });
  try {
    while (!await drained(source, topic)) {
      await Promise.race([
        subscription.closed,
        new Promise((resolve) => setTimeout(resolve, 200)),
      ]);
      await subscription.recover();
    }
  } finally {
    await subscription.close();
  }
  return moved.size;
}

async function movePending(
  source: Broker,
  target: Broker,
  topic: string,
): Promise<Set<string>> {
  const moved = new Set<string>();
  if (!source.features.pendingEntries) return moved;
  for (
    const { position } of await source.pending(
      topic,
      topic,
      Number.MAX_SAFE_INTEGER,
    )
  ) {
    const found = await source.read(topic, {
      from: position,
      to: position,
      limit: 1,
    });
    await target.publish(topic, found);
    moved.add(position);
  }
  return moved;
}

async function drained(source: Broker, topic: string): Promise<boolean> {
  const group = (await source.groups(topic)).find(({ group }) =>
    group === topic
  );
  return group !== undefined && group.lag === 0 && group.pending === 0;
}
