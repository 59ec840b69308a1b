/**
 * Whether this host does its work, judged by whether events get on: ready, degraded (it works, but somebody
 * should look at it) or not ready; one sentence for each reason, with what to do where that is known.
 */
import { z } from "zod";
import { type Durability, durabilitySchema } from "../broker/broker.ts";
import { explain } from "../engine/log.ts";
import type { ActorStatus } from "../engine/status.ts";
import { deadline } from "../wait.ts";
import { countUnseenLetters } from "../db/deployment.ts";
import { namesOf, untilAnswers } from "../db/redis.ts";
import type { WatchlistEntry } from "../db/watchlist.ts";
import { plural } from "../ui/numbers.ts";
import { complaints, named, worries } from "./judge.ts";
import { advised, refusalOf } from "./advice.ts";
import type { HostParts } from "./host_services.ts";

export const healthSchema = z.object({
  state: z.enum(["ready", "degraded", "not-ready"]),
  ready: z.boolean().describe("Events can be handled; also if degraded"),
  reasons: z.array(z.string()).describe("Why it is not ready; empty if it is"),
  warnings: z.array(z.string())
    .describe("What works, but somebody should look at"),
  durability: durabilitySchema.nullable(),
}).meta({ id: "Health" });

export type Health = z.infer<typeof healthSchema>;

type Sources = Pick<HostParts, "catalog" | "running" | "missing"> & {
  readonly stores: Pick<
    HostParts["stores"],
    "sql" | "redis" | "watchlist" | "cache" | "scans"
  >;
};

/** A server that does not answer within so many milliseconds counts as down. */
const answerWithinMs = 2_000;

export async function checkHealth(
  sources: Sources,
  statuses: () => Promise<readonly ActorStatus[]>,
): Promise<Health> {
  const { running, missing } = sources;
  const broker = running()?.broker;
  const answers = await Promise.all([
    ...probes(sources),
    broker ? reach("the broker", () => broker.ping()) : null,
  ]);
  const down = [...answers, missing()].filter((reason) => reason !== null);
  if (down.length || !broker) return health([...new Set(down)], [], null);
  const late = "the broker does not tell";
  const [actors, noted, durability] = await Promise.all([
    statuses(),
    notes(sources),
    deadline(broker.durability(), answerWithinMs, late)
      .catch((): Durability | null => null),
  ]);
  return health(
    actors.flatMap(complaints).map(advised),
    [...noted.texts, ...actors.flatMap((one) => worries(one, noted.watched))],
    durability,
  );
}

function health(
  reasons: string[],
  warnings: string[],
  durability: Durability | null,
): Health {
  const ready = reasons.length === 0;
  const works = warnings.length ? "degraded" : "ready";
  const state = ready ? works : "not-ready";
  return { state, ready, reasons, warnings, durability };
}

/** Both are asked for what events need of them: to be written to, Redis by a script. */
function probes({ stores: { sql, redis } }: Sources) {
  const key = namesOf(redis).probe;
  // A text and no error: upon one that says READONLY, the client would look for another server.
  const writes =
    "local reply = redis.pcall('SET', KEYS[1], '1', 'PX', 60000) " +
    "return reply.err or ''";
  return [
    reach("PostgreSQL", async () => {
      const [row] = await sql`show transaction_read_only`;
      if (row!.transaction_read_only === "off") return;
      throw new Error("it takes read-only transactions alone");
    }),
    reach("Redis", async () => {
      // First: it says why there is no connection.
      await untilAnswers(redis, answerWithinMs / 2);
      const refusal = await redis.eval(writes, 1, key);
      if (refusal) throw new Error(String(refusal));
    }),
  ];
}

async function reach(
  name: string,
  ask: () => Promise<unknown>,
): Promise<string | null> {
  const late = `no answer within ${answerWithinMs} ms`;
  return await deadline(Promise.try(ask), answerWithinMs, late)
    .then(
      () => null,
      (error) => {
        return refusalOf(name, explain(error));
      },
    );
}

/** What no actor's status tells; and who is watched, because what nobody watches worries nobody. */
async function notes({ catalog, stores }: Sources) {
  const [letters, entries] = await Promise.all([
    countUnseenLetters(stores.sql).catch(() => 0),
    stores.watchlist.list().catch(() => []),
  ]);
  const texts = catalog.broken.map(({ name, error }) =>
    `actors/${name} is left aside: ${error}`
  );
  if (letters) {
    texts.push(
      `${
        plural(letters, "dead letter")
      } since anybody looked: see the page Dead letters`,
    );
  }
  const empty = await withoutValue([...catalog.actors.keys()], stores, entries)
    .catch(() => []);
  if (empty.length) {
    texts.push(
      `${plural(empty.length, "symbol")} without any value (${
        named(empty)
      }): ` +
        `does the market know them? Their page says more`,
    );
  }
  return { texts, watched: new Set(entries.map(({ symbol }) => symbol)) };
}

/** A new symbol is given a minute, one whose turn has not come waits for it, and of one that failed the reason is told. */
async function withoutValue(
  actors: readonly string[],
  { cache, scans }: Pick<Sources["stores"], "cache" | "scans">,
  entries: readonly WatchlistEntry[],
): Promise<string[]> {
  const held = actors.map((actor) => cache.symbols(actor));
  const known = new Set((await Promise.all(held)).flat());
  const well = await scans.wellWith(actors.length);
  return entries
    .filter(({ added_at }) => Date.parse(added_at) < Date.now() - 60_000)
    .map(({ symbol }) => symbol)
    .filter((symbol) => !known.has(symbol) && well.has(symbol));
}
