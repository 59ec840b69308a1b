/**
 * What goes out on `/api/events`: one feed for all clients of this process, so that a value is drawn
 * and written once however many people watch. It runs while at least one of them is there.
 */
import { z } from "zod";
import type { Change } from "../db/latest.ts";
import type { Services } from "../host/services.ts";
import { findActor } from "./actors.ts";
import { coalesce } from "./coalesce.ts";
import { endpointsWith } from "./endpoint.ts";
import { heartbeat } from "./event_stream.ts";
import {
  createFeedClient,
  deliver,
  deliverPresent,
  type FeedClient,
  type Wish,
} from "./feed_client.ts";
import { symbol } from "./fields.ts";
import { followStatus } from "./follow_status.ts";

type Needs = Pick<
  Services,
  "catalog" | "values" | "status" | "log" | "leaving"
>;

export const events = [
  endpointsWith<Needs>()("GET", "/api/events", {
    summary:
      "New values and changes of status as they come (server-sent events)",
    description:
      "`event: latest` has `{signal, symbol, at, value}`: first the values " +
      "that there are, then each new one, at most four a second of a symbol. " +
      "`event: status` has a list of the actors' states, when one changed.",
    query: z.strictObject({
      signal: z.string().optional(),
      symbol: symbol.optional(),
      render: z.enum(["cell"]).optional()
        .describe("Adds `html` to each value: its cell on the dashboard"),
    }),
    answers: {
      200: {
        description: "A stream that does not end by itself",
        content: { "text/event-stream": z.string() },
      },
    },
    problems: ["unknown-signal"],
  }, ({ services, query: { signal: actor, symbol, render } }) => {
    if (actor !== undefined) findActor(services.catalog, actor);
    return feedOf(services).join({ actor, symbol, cells: render === "cell" });
  }),
];

/** Milliseconds between two values of one actor and symbol, between looks at the status, between beats. */
const sameValueMs = 250;
const statusMs = 2_000;
const heartbeatMs = 15_000;

export interface Feed {
  /** A stream of what the client wishes: the present values, then each new one. */
  join(wish: Wish): Response;
  readonly clients: number;
}

const feeds = new WeakMap<Needs, Feed>();

/** The one feed of these services. */
export function feedOf(services: Needs): Feed {
  const feed = feeds.get(services) ?? createFeed(services);
  feeds.set(services, feed);
  return feed;
}

function createFeed(services: Needs): Feed {
  const clients = new Set<FeedClient>();
  let running: Running | undefined;

  function join(wish: Wish): Response {
    const client = createFeedClient(wish, () => leave(client));
    clients.add(client);
    running ??= run(services, clients);
    running.welcome(client);
    return client.response;
  }

  function leave(client: FeedClient): void {
    clients.delete(client);
    if (clients.size > 0) return;
    running?.stop();
    running = undefined;
  }

  services.leaving.addEventListener("abort", () => {
    for (const client of clients) client.close();
  });
  return {
    join,
    get clients() {
      return clients.size;
    },
  };
}

interface Running {
  welcome(client: FeedClient): void;
  stop(): void;
}

function run(services: Needs, clients: ReadonlySet<FeedClient>): Running {
  const failed = (error: unknown) =>
    services.log.error("the event stream lacks a message", { error });
  const tell = (message: Uint8Array) => {
    for (const client of clients) client.send(message);
  };
  const changes = coalesce<Change>(sameValueMs, (change) => {
    deliver(services, clients, change).catch(failed);
  });
  const ignoreChanges = services.values.onChange((change) =>
    changes.push(`${change.actor} ${change.value.symbol}`, change)
  );
  const status = followStatus(services.status, statusMs, tell, failed);
  const beating = setInterval(() => tell(heartbeat), heartbeatMs);
  return {
    welcome(client) {
      if (services.leaving.aborted) return client.close();
      if (status.message) client.send(status.message);
      deliverPresent(services, client).catch(failed);
    },
    stop() {
      ignoreChanges();
      changes.stop();
      status.stop();
      clearInterval(beating);
    },
  };
}
