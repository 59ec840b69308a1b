/**
 * What goes out on `/api/events`: one feed for all clients of this process, so that a value is drawn
 * and written once however many people watch. It runs while at least one of them is there.
 */
import type { Change, Services } from "../host/services.ts";
import { coalesce } from "./coalesce.ts";
import { heartbeat } from "./event_stream.ts";
import { deliver, deliverPresent } from "./deliver.ts";
import { createFeedClient, type FeedClient, type Wish } from "./feed_client.ts";
import { followStatus } from "./follow_status.ts";
import { report } from "./failure.ts";

/** How often things go out, in milliseconds. */
export interface Pace {
  /** Between two values of one signal and symbol. */
  readonly sameValueMs: number;
  readonly statusMs: number;
  readonly heartbeatMs: number;
  /** After which a client whose stream has ended connects again. */
  readonly retryMs: number;
}

const defaultPace: Pace = {
  sameValueMs: 250,
  statusMs: 2_000,
  heartbeatMs: 15_000,
  retryMs: 2_000,
};

export interface Feed {
  /** A stream of what the client wishes: the present values, then each new one. */
  join(wish: Wish): Response;
  readonly clients: number;
}

export function createFeed(services: Services, pace = defaultPace): Feed {
  const clients = new Set<FeedClient>();
  let running: Running | undefined;

  function join(wish: Wish): Response {
    const client = createFeedClient(wish, pace.retryMs, () => leave(client));
    clients.add(client);
    running ??= run(services, clients, pace);
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

function run(
  services: Services,
  clients: ReadonlySet<FeedClient>,
  pace: Pace,
): Running {
  const failed = (error: unknown) =>
    report(services, "the event stream lacks a message", error);
  const tell = (message: Uint8Array) => {
    for (const client of clients) client.send(message);
  };
  const changes = coalesce<Change>(pace.sameValueMs, (change) => {
    deliver(services, clients, change).catch(failed);
  });
  const ignoreChanges = services.onChange((change) =>
    changes.push(`${change.actor} ${change.value.symbol}`, change)
  );
  const status = followStatus(services, pace.statusMs, tell, failed);
  const beating = setInterval(() => tell(heartbeat), pace.heartbeatMs);
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

const feeds = new WeakMap<Services, Feed>();

/** The one feed of these services. */
export function feedOf(services: Services): Feed {
  const feed = feeds.get(services) ?? createFeed(services);
  feeds.set(services, feed);
  return feed;
}
