/** The actors' streams: what they hold, how far they are read, and reading them again. */
import { z } from "zod";
import {
  type GroupStatus,
  groupStatusSchema,
  pendingMessageSchema,
  type StoredMessage,
} from "../broker/broker.ts";
import { replaySchema } from "../engine/status.ts";
import {
  type SearchPage,
  searchStream,
  type StreamSearch,
} from "../host/search_stream.ts";
import type { Services, Streams } from "../host/services.ts";
import { findActor, findStatus } from "./actors.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { knownProblem } from "./failure.ts";
import {
  edge,
  inOrder,
  limit,
  search,
  symbol,
  time,
  together,
} from "./fields.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<
  Pick<Services, "catalog" | "streams" | "commands" | "status" | "log">
>();

const streamSchema = z.object({
  signal: z.string(),
  broker: z.string(),
  depth: z.int().min(0),
  groups: z.array(groupStatusSchema).describe("The signal's own first"),
}).meta({ id: "Stream" });

const storedEventSchema = z.object({
  position: z.string(),
  stored_at: time,
  key: z.string(),
  attributes: z.record(z.string(), z.string()),
  data: z.unknown().describe("The data; its bare text where it is not JSON"),
  malformed: z.boolean().describe("True if the data is not JSON"),
}).meta({ id: "StoredEvent" });

/** Between two cursors there is no direction. */
const oneWay = [
  (query: { before?: unknown; after?: unknown; order?: string | undefined }) =>
    query.before === undefined
      ? query.after === undefined || query.order !== "newest"
      : query.after === undefined && query.order !== "oldest",
  {
    message: "before goes with order=newest, after with order=oldest",
    path: ["order"] as PropertyKey[],
    ...together,
  },
] as const;

function usualOrder(
  { symbol, text, before, after }: Partial<StreamSearch>,
): "oldest" | "newest" {
  if (after !== undefined) return "oldest";
  return before ?? symbol ?? text ? "newest" : "oldest";
}

const ends = { from: edge.exactOptional(), to: edge.exactOptional() };

export const streams = [
  endpoint("GET", "/api/streams/{signal}", {
    summary: "How long a stream is, and how far its groups have read it",
    answers: { 200: streamSchema },
  }, async ({ services: { catalog, streams }, params }) => {
    const { name: signal } = findActor(catalog, params.signal);
    const [depth, groups] = await Promise.all([
      streams.depth(signal),
      streams.groups(signal),
    ]);
    const isOwn = (one: GroupStatus) =>
      one.group === signal && one.removed_by === null;
    groups.sort((one, other) => Number(isOwn(other)) - Number(isOwn(one)));
    return reply(200, { signal, broker: streams.name, depth, groups });
  }),

  endpoint("GET", "/api/streams/{signal}/pending", {
    summary: "What was delivered and is not acknowledged yet, oldest first",
    description: "Empty where the broker does not list single entries.",
    query: z.strictObject({ limit: limit(1_000).default(100) }),
    answers: {
      200: z.object({
        group: z.string(),
        pending: z.array(pendingMessageSchema),
      }),
    },
  }, async ({ services: { catalog, streams }, params, query }) => {
    const { name } = findActor(catalog, params.signal);
    const pending = await streams.pending(name, name, query.limit);
    return reply(200, { group: name, pending });
  }),

  endpoint("GET", "/api/streams/{signal}/events", {
    summary:
      "The events that a stream holds, by time or position, symbol and text",
    description: "One answer looks at 5,000 entries at most, and says how " +
      "far it has come; `next` goes on from there, as `before` if the newest " +
      "come first, else as `after`.",
    query: z.strictObject({
      ...ends,
      before: edge.optional()
        .describe("Only what stands before; takes the place of `to`"),
      after: edge.optional()
        .describe("Only what stands after; takes the place of `from`"),
      symbol: symbol.optional(),
      text: search.optional()
        .describe("In the payload or the event's id; case is ignored"),
      limit: limit(1_000).default(100),
      order: z.enum(["oldest", "newest"]).optional().describe(
        "Which come first, and which a limit leaves in; unless told the " +
          "newest for a search or with `before`, otherwise the oldest",
      ),
    }).refine(...inOrder).refine(...oneWay),
    answers: {
      200: z.object({
        events: z.array(storedEventSchema),
        looked: z.object({
          from: time.nullable().describe("When the oldest was stored"),
          to: time.nullable().describe("When the newest was stored"),
          count: z.int(),
        }).describe("What this answer has looked at"),
        next: z.string().nullable()
          .describe("Where to go on; null: there is nothing more"),
      }),
    },
    problems: ["not-found", "conflict"],
  }, async ({ services, params, query: { order, ...asked } }) => {
    const { name } = findActor(services.catalog, params.signal);
    const found = await searchIn(services, name, {
      ...asked,
      newestFirst: (order ?? usualOrder(asked)) === "newest",
    });
    return reply(200, { ...found, events: found.events.map(shown) });
  }),

  endpoint("GET", "/api/streams/{signal}/replay", {
    summary: "The replay that runs, or the last one that ran",
    answers: { 200: replaySchema },
    problems: ["not-found"],
  }, async ({ services, params: { signal } }) => {
    const { replay } = await findStatus(services, signal);
    if (replay) return reply(200, replay);
    const detail = `"${signal}" was not replayed since the start of this host`;
    throw new ProblemError("not-found", detail);
  }),

  endpoint("POST", "/api/streams/{signal}/replay", {
    summary: "Replays a window through the live handler, in the background",
    description: "The live group does not move. Handling an event again " +
      "changes nothing, so a replay is harmless; it mends what was lost.",
    body: z.strictObject(ends).refine(...inOrder).default({})
      .meta({ example: { from: "2026-01-31T14:30:00Z" } }),
    answers: { 202: replaySchema },
    problems: ["refused", "not-found", "conflict"],
  }, async ({ services, params, body }) => {
    const { name } = findActor(services.catalog, params.signal);
    // The replay runs elsewhere, later: a bad position is found here, by reading there.
    const one = { ...body, limit: 1, newestFirst: false };
    await searchIn(services, name, one);
    const replay = await services.commands.replay(name, body);
    return reply(202, replay, { location: `/api/streams/${name}/replay` });
  }),

  endpoint("POST", "/api/streams/{signal}/claim", {
    summary: "Takes over, now, what dead consumers left pending",
    description: "Isolates do so by themselves, every few seconds.",
    answers: { 200: z.object({ claimed: z.int() }) },
    problems: ["refused"],
  }, async ({ services: { catalog, commands }, params }) => {
    const { name } = findActor(catalog, params.signal);
    return reply(200, { claimed: await commands.claim(name) });
  }),
];

/** @throws {ProblemError} `conflict` for a window that this broker cannot read. */
function refuseTimes(
  { name, features }: Pick<Streams, "name" | "features">,
  ends: readonly (Date | string | undefined)[],
): void {
  if (ends.some((end) => end instanceof Date) && !features.timeWindows) {
    const detail = `The broker (${name}) finds nothing by time; give positions`;
    throw new ProblemError("conflict", detail);
  }
}

/**
 * Reads a window. Positions are opaque here: only the broker can tell that a text is none of its own.
 * @throws {ProblemError} `not-found` for what is no position
 */
async function searchIn(
  { streams, log }: Pick<Services, "streams" | "log">,
  topic: string,
  asked: StreamSearch,
): Promise<SearchPage> {
  const { from, to, before, after } = asked;
  const ends = [from, to, before, after];
  refuseTimes(streams, ends);
  try {
    return await searchStream(streams, topic, asked);
  } catch (cause) {
    const positions = ends.filter((end) => typeof end === "string");
    if (positions.length === 0 || knownProblem(cause)) throw cause;
    if (!(cause instanceof TypeError)) {
      log.error("a window could not be read", { error: cause });
    }
    const detail = `No position of this stream: ${positions.join(", ")}; ` +
      `take one from GET /api/streams/${topic}/events`;
    throw new ProblemError("not-found", detail, { cause });
  }
}

function shown({ position, storedAt, key, attributes, data }: StoredMessage) {
  const stored_at = new Date(storedAt).toISOString();
  return { position, stored_at, key, attributes, ...parsed(data) };
}

/** Anyone may write into a stream: what is no JSON is shown as the text that it is. */
function parsed(text: string): { data: unknown; malformed: boolean } {
  try {
    return { data: JSON.parse(text), malformed: false };
  } catch {
    return { data: text, malformed: true };
  }
}
