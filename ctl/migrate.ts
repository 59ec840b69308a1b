/** `ctl migrate`: moves what a broker still holds for the groups to another broker. */
import { connectBroker } from "../broker/open.ts";
import type { Broker } from "../broker/broker.ts";
import { readBrokerUrls } from "../config.ts";
import { actorFolders } from "../engine/discovery.ts";
import { type Api, UnreachableError } from "./api.ts";
import { command, UsageError } from "./command.ts";
import { type MoveProgress, moveTopic } from "./move_topic.ts";

export const migrate = command({
  words: "",
  flags: {
    from: { type: "string", help: "The broker that holds the entries." },
    to: { type: "string", help: "The broker that gets them." },
  },
  summary:
    "Moves unread and pending entries --from one broker --to another, in order per symbol.",
  details:
    `A broker is its URL (redis://…, kafka://…), or "redis" for REDIS_URL and "kafka" for BROKER_URL.
Stop Signalbox first, move, then start it with the new BROKER_URL. An entry is acknowledged at the
old broker after the new one has it: if this is interrupted, run it again; nothing is lost, and what
is moved twice is stored once.`,
  async run(_words, { api, env, flags, answer, note }) {
    const named = readBrokerUrls(env);
    const from = urlOf(flags.from, "--from", named);
    const to = urlOf(flags.to, "--to", named);
    if (from === to) {
      throw new UsageError("--from and --to are the same broker");
    }
    await refuseWhileRunning(api);
    const moved = await moveAll(from, to, named, note);
    const lines = Object.entries(moved)
      .map(([topic, count]) => `${topic}: ${count} entries moved`);
    answer(moved, lines.join("\n"));
  },
});

const actors = new URL("../actors/", import.meta.url);

/** Resolves to how many were moved of each topic. */
async function moveAll(
  from: string,
  to: string,
  { redisPrefix }: Pick<Named, "redisPrefix">,
  note: Note,
) {
  await using open = new AsyncDisposableStack();
  const closed = (broker: Broker) =>
    open.adopt(broker, (broker) => broker.close());
  // Consumers that were killed moments ago are found dead as soon as their own lease is over.
  const source = closed(
    await connectBroker(from, { claimAfterMs: 1_000, redisPrefix }),
  );
  const target = closed(await connectBroker(to, { redisPrefix }));
  if (!target.features.durable) {
    throw new UsageError(`--to: ${target.name} keeps nothing`);
  }
  const counts: Record<string, number> = {};
  // Also of actors that cannot be loaded now: their events are kept for them.
  for (const topic of await actorFolders(actors)) {
    const tell = progressOf(topic, note);
    counts[topic] = await moveTopic(source, target, topic, tell);
  }
  return counts;
}

type Named = ReturnType<typeof readBrokerUrls>;

const noteEveryMs = 500;

type Note = (text: string) => void;

function progressOf(topic: string, note: Note): MoveProgress {
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

/** A consumer that still reads would take entries in between, and their order with them. */
async function refuseWhileRunning(api: Api): Promise<void> {
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

function urlOf(
  given: string | undefined,
  flag: string,
  { redisUrl, brokerUrl }: Named,
): string {
  if (!given) {
    throw new UsageError(
      `migrate needs ${flag}: a broker's URL, redis or kafka`,
    );
  }
  if (given.includes("://")) return given;
  if (given !== "redis" && given !== "kafka") {
    throw new UsageError(
      `${flag}: "${given}" is no broker; allowed: a URL, redis or kafka`,
    );
  }
  const [name, url] = given === "redis"
    ? ["REDIS_URL", redisUrl]
    : ["BROKER_URL", brokerUrl];
  if (url?.startsWith(given)) return url;
  throw new UsageError(
    `${flag} ${given}: ${name} is not the URL of one; give the URL`,
  );
}
