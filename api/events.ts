/**
 * What goes out on `/api/events`: one feed for all clients of this process, so that a value is drawn
 * and written once however many people watch. It runs while at least one of them is there.
 */
import { z } from "zod";
import type { Value } from "../engine/actor.ts";
import type { Services } from "../host/services.ts";
import { localeOf } from "../pages/locale.ts";
import { signalStatus } from "../pages/watchlist/rows.ts";
import { sleep } from "../wait.ts";
import { addressOfKnown } from "./access.ts";
import { findAny } from "./actors.ts";
import { endpointsWith } from "./endpoint.ts";
import {
  createFeedClient,
  deliver,
  eventMessage,
  type FeedClient,
  heartbeat,
  type Wish,
} from "./feed_client.ts";
import { symbol } from "./fields.ts";
import { createPresent } from "./present.ts";
import { type Kind, ProblemError } from "./problem.ts";

type Needs = Pick<
  Services,
  | "about"
  | "catalog"
  | "values"
  | "status"
  | "watching"
  | "log"
  | "leaving"
>;

/** One event of the stream, as a reader of such streams gives it. */
const sentEventSchema = z.object({
  event: z.enum(["latest", "status", "watchlist"]),
  data: z.string().describe("JSON, as the event has it"),
}).meta({ id: "SentEvent" });

export const events = [
  endpointsWith<Needs>()("GET", "/api/events", {
    summary:
      "New values and changes of status as they come (server-sent events)",
    description:
      "`event: latest` has `{signal, symbol, at, value}`: first the values " +
      "that there are, then each new one, at most four a second of a symbol. " +
      "`event: status` has a list of the actors' states, when one changed. " +
      "`event: watchlist` has `{lists}`: of each list by its number the symbols " +
      "in their order, when that changed, " +
      "and again every 15 s. " +
      "A client that does not read is dropped, and may come again.",
    query: z.strictObject({
      signal: z.string().optional(),
      symbol: symbol.optional(),
      render: z.enum(["cell"]).optional()
        .describe(
          "For the dashboard: only new values, with `cells` in place of " +
            "`value`: what its columns of the watchlist show",
        ),
    }),
    answers: {
      200: {
        description: "A stream that does not end by itself",
        content: { "text/event-stream": sentEventSchema },
      },
    },
    problems: ["unknown-signal", "too-many-clients"],
  }, ({ services, request, query: { signal: actor, symbol, render } }) => {
    if (actor !== undefined) findAny(services.catalog, actor);
    const locale = localeOf(request);
    const wish = { actor, symbol, cells: render === "cell", locale };
    return feedOf(services).join(wish, addressOfKnown(request));
  }),
];

/**
 * Milliseconds between two values of one actor and symbol, in which values are gathered, between looks at
 * status and watchlist, between beats.
 */
const sameValueMs = 250;
const gatherMs = 20;
const statusMs = 2_000;
const heartbeatMs = 15_000;

const feeds = new WeakMap<Needs, ReturnType<typeof createFeed>>();

/** The one feed of these services. */
export function feedOf(services: Needs) {
  return feeds.getOrInsertComputed(services, createFeed);
}

function createFeed(services: Needs) {
  const clients = new Set<FeedClient>();
  const byAddress = new Map<string, number>();
  let running: ReturnType<typeof run> | undefined;

  function count(address: string, change: 1 | -1): void {
    const n = (byAddress.get(address) ?? 0) + change;
    if (n > 0) byAddress.set(address, n);
    else byAddress.delete(address);
  }

  function leave(client: FeedClient, address: string): void {
    if (clients.delete(client)) count(address, -1);
    if (clients.size > 0) return;
    running?.stop();
    running = undefined;
  }

  services.leaving.addEventListener("abort", () => {
    for (const client of clients) client.close();
  });
  return {
    /**
     * A stream of what the client wishes: the present values, then each new one.
     * @throws {ProblemError} if as many follow as may, in all or from the address
     */
    join(wish: Wish, address = "unknown"): Response {
      const { all, anAddress } = services.about.eventClients;
      if (clients.size >= all) throw full("unavailable", all, "in all");
      if ((byAddress.get(address) ?? 0) >= anAddress) {
        throw full("too-many-clients", anAddress, "from one address");
      }
      const client = createFeedClient(wish, () => leave(client, address));
      clients.add(client);
      count(address, 1);
      running ??= run(services, clients);
      running.welcome(client);
      return client.response;
    },
    get clients(): number {
      return clients.size;
    },
  };
}

function full(kind: Kind, most: number, where: string): ProblemError {
  const detail = `At most ${most} may follow the events ${where}: close one`;
  return new ProblemError(kind, detail, { headers: { "retry-after": "30" } });
}

function run(services: Needs, clients: ReadonlySet<FeedClient>) {
  const failed = (error: unknown) =>
    services.log.error("the event stream lacks a message", { error });
  const tell = (message: Uint8Array) => {
    for (const client of clients) client.send(message);
  };
  const batches = gather<Value>((actor, values) =>
    deliver(services, clients, actor, values).catch(failed)
  );
  const changes = coalesce<[actor: string, value: Value]>(
    sameValueMs,
    ([actor, value]) => batches.push(actor, value),
  );
  const present = createPresent(services);
  const ignoreChanges = services.values.onChange(({ actor, value }) => {
    present.changed(actor);
    changes.push(`${actor} ${value.symbol}`, [actor, value]);
  });
  const statuses = async () =>
    (await services.status.actors()).map(signalStatus);
  const listed = async () => {
    const lists = await services.watching.lists();
    const told = lists.map(async ({ id }) => {
      const entries = await services.watching.list(id);
      return [id, entries.map(({ symbol }) => symbol)];
    });
    return { lists: Object.fromEntries(await Promise.all(told)) };
  };
  const list = follow("watchlist", listed, statusMs, tell, failed);
  const followed = [
    follow("status", statuses, statusMs, tell, failed),
    list,
  ];
  const beat = () => {
    tell(heartbeat);
    // A page may have asked for the list between two changes that no look has seen.
    if (list.message) tell(list.message);
  };
  const beating = setInterval(beat, heartbeatMs);
  return {
    welcome(client: FeedClient): void {
      if (services.leaving.aborted) return client.close();
      for (const { message } of followed) if (message) client.send(message);
      present.tell(client).catch(failed);
    },
    stop(): void {
      ignoreChanges();
      changes.stop();
      for (const one of followed) one.stop();
      clearInterval(beating);
    },
  };
}

interface Rest<T> {
  readonly timer: ReturnType<typeof setTimeout>;
  /** What came meanwhile. */
  next?: { value: T };
}

/** Thins out what comes too often: sends each key at once, then at most once in `everyMs`, the last value always. */
export function coalesce<T>(everyMs: number, send: (value: T) => void) {
  const resting = new Map<string, Rest<T>>();

  function push(key: string, value: T): void {
    const rest = resting.get(key);
    if (rest) return void (rest.next = { value });
    resting.set(key, { timer: setTimeout(wake, everyMs, key) });
    send(value);
  }

  function wake(key: string): void {
    const next = resting.get(key)?.next;
    resting.delete(key);
    if (next) push(key, next.value);
  }

  return {
    push,
    /** Forgets what waits, and sends nothing more. */
    stop(): void {
      for (const { timer } of resting.values()) clearTimeout(timer);
      resting.clear();
    },
  };
}

/**
 * Hands on by key what came while the last of that key was under way: one that is slow becomes larger,
 * and holds up no other.
 */
export function gather<T>(
  send: (key: string, values: readonly T[]) => Promise<void>,
) {
  const waiting = new Map<string, T[]>();

  async function run(key: string): Promise<void> {
    // What comes at the same time goes out together.
    await sleep(gatherMs);
    for (let values; (values = waiting.get(key)!).length > 0;) {
      waiting.set(key, []);
      await send(key, values);
    }
    waiting.delete(key);
  }

  return {
    push(key: string, value: T): void {
      const values = waiting.get(key);
      if (values) return void values.push(value);
      waiting.set(key, [value]);
      run(key);
    },
  };
}

/** Looks, now and `everyMs` after each look has ended, and tells only what changed, as events of that type. */
export function follow(
  type: string,
  ask: () => Promise<unknown>,
  everyMs: number,
  tell: (message: Uint8Array) => void,
  failed: (error: unknown) => void,
) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let last = "";
  const follower = {
    /** The newest message; undefined before the first look. */
    message: undefined as Uint8Array | undefined,
    stop: () => stopping.abort(),
  };

  async function look(): Promise<void> {
    const found = await ask();
    const text = JSON.stringify(found);
    if (signal.aborted || text === last) return;
    last = text;
    tell(follower.message = eventMessage(type, found));
  }

  async function looking(): Promise<void> {
    while (!signal.aborted) {
      await look().catch(failed);
      await sleep(everyMs, signal).catch(() => {});
    }
  }

  looking();
  return follower;
}
