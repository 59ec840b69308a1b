/**
 * What the supervisor and an isolate say to each other. What an isolate says is not trusted: it is parsed
 * here, and a message that does not fit ends that isolate.
 */
import { z } from "zod";
import type { HistoryQuery, RecentQuery, Value } from "./actor.ts";
import { parseCron } from "./cron.ts";
import type { LogOptions } from "./log.ts";
import { measuredSchema } from "./measures.ts";
import { replayOutcomeSchema, symbolScanSchema } from "./status.ts";

const host = /^(market|(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5})$/i;

function isShortJson(value: unknown): boolean {
  try {
    return JSON.stringify(value).length <= 100_000;
  } catch {
    return false;
  }
}

/** A text that pages and the log show: cut, however much is said. */
const text = z.string().transform((text) => text.slice(0, 10_000));

/** An actor as its isolate describes it: all that is known of it outside. */
export const descriptionSchema = z.object({
  name: z.string(),
  title: z.string().min(1).max(100),
  description: z.string().max(1_000),
  schedule: z.string().superRefine((expression, ctx) => {
    try {
      parseCron(expression);
    } catch (error) {
      ctx.addIssue({ code: "custom", message: (error as Error).message });
    }
  }),
  market_hours: z.boolean(),
  version: z.int().min(1),
  /** Told to everybody: plain JSON, and not for ever. */
  schema: z.record(z.string(), z.unknown()).refine(
    isShortJson,
    "must be JSON Schema of at most 100 kB",
  ),
  net: z.array(z.string().regex(host, "must be market, or host:port")),
});

export type ActorDescription = z.infer<typeof descriptionSchema>;

/** An observer as its isolate describes it. */
export const observerSchema = descriptionSchema
  .pick({ name: true, title: true, description: true, net: true })
  .extend({ consumes: z.array(z.string()).min(1).max(100) });

export type ObserverDescription = z.infer<typeof observerSchema>;

/** What runs in an isolate: which of the two it is, `consumes` tells. */
export type Description = ActorDescription | ObserverDescription;

/** The module of an actor, and the name that it must have. */
export interface ActorModule {
  readonly name: string;
  /** Its address. */
  readonly module: string;
  readonly log: LogOptions;
}

/** All that an isolate needs to know to run an actor. */
export interface IsolateSettings extends ActorModule {
  readonly replica: number;
  readonly consumer: string;
  readonly paused: boolean;
  /** Where its servers are: for the host's own code in the isolate, and plain JSON. */
  readonly servers: object;
}

/** A position in its topic, or milliseconds since 1970: a Date for the broker. */
export type WindowEnd = string | number;

/** Who wants a scan: the schedule, a person who waits for it, or whoever added the symbol. */
export type ScanCaller = "schedule" | "person" | "new-symbol";

/** What is asked of an isolate, by kind; `answerSchemas` says what it answers. */
export interface Requests {
  /** Sweeps now; answered with how many entries were taken over. */
  readonly claim: Record<never, never>;
  /** Answered with how that ended; refused where no symbol is to blame. */
  readonly scan: {
    readonly symbol: string;
    readonly traceparent: string;
    readonly by: ScanCaller;
  };
  /** Answered with how many events there were, and which of them failed. */
  readonly replay: { readonly from?: WindowEnd; readonly to?: WindowEnd };
  readonly history: HistoryQuery;
  /** Answered with the rows of all symbols in one list. */
  readonly recent: RecentQuery;
}

const count = z.int().min(0);

/** By hand: a schema of 100,000 rows would hold the main isolate up. */
function areValues(answer: unknown): answer is Value[] {
  return Array.isArray(answer) &&
    answer.every((value) =>
      typeof value === "object" && value !== null &&
      typeof value.symbol === "string" && typeof value.at === "string"
    );
}

const rows = z.custom<Value[]>(areValues, "must be rows with symbol and at");

/** A message has no more rows: what takes longer to read would hold up the pages. */
export const rowsAtOnce = 1_000;

export const answerSchemas = {
  claim: count,
  scan: symbolScanSchema,
  replay: replayOutcomeSchema,
  history: rows,
  recent: rows,
} satisfies Record<keyof Requests, z.ZodType>;

export type RequestKind = keyof Requests;
export type Answer<Kind extends RequestKind> = z.infer<
  typeof answerSchemas[Kind]
>;

export type RequestMessage<Asked extends RequestKind = RequestKind> = {
  [Kind in Asked]: {
    readonly kind: "request";
    readonly id: number;
    readonly what: Kind;
    readonly body: Requests[Kind];
  };
}[Asked];

/** What answers each kind of request in the isolate. */
export type RequestHandlers = {
  readonly [Kind in RequestKind]: (
    body: Requests[Kind],
    id: number,
  ) => Promise<Answer<Kind>>;
};

export type ToIsolate =
  | { readonly kind: "describe"; readonly actor: ActorModule }
  | { readonly kind: "start"; readonly settings: IsolateSettings }
  | RequestMessage
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "drain" };

const beatSchema = z.object({
  handled: count,
  dead_lettered: count,
  /** In ms since 1970; null before the first read. */
  last_read_at: z.number().nullable(),
  /** How long the batch in hand has made no progress; 0 without one. */
  stalled_ms: z.number(),
  /** True while a handler has a batch. */
  in_hand: z.boolean(),
  /** Since it last handled an event; null before the first. */
  handled_age_ms: z.number().nullable(),
  /** What keeps the batch in hand from being stored, and for how long; null while nothing does. */
  waiting: z.object({ reason: text, ms: z.number() }).nullable(),
  /** What was measured since the last beat, if anything was. */
  measured: measuredSchema.optional(),
});

export type Beat = z.infer<typeof beatSchema>;

/** Why a request failed: a server is away, the market refuses the key, or the actor's code threw. */
const refusalSchema = z.enum(["server", "key", "actor"]);

export type Refusal = z.infer<typeof refusalSchema>;

const kind = <const Kind extends string>(name: Kind) => z.literal(name);

export const fromIsolateSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: kind("described"),
    description: z.union([observerSchema, descriptionSchema]),
  }),
  /** The subscription runs. */
  z.object({ kind: kind("running") }),
  z.object({ kind: kind("beat"), beat: beatSchema }),
  /** The first rows of a long answer; the last ones are the answer. */
  z.object({ kind: kind("rows"), id: z.int(), rows }),
  z.object({ kind: kind("answer"), id: z.int(), result: z.unknown() }),
  z.object({
    kind: kind("refusal"),
    id: z.int(),
    reason: refusalSchema,
    message: text,
  }),
  z.object({
    kind: kind("progress"),
    id: z.int(),
    done: count,
    total: count.nullable(),
    failed: count,
  }),
  z.object({
    kind: kind("crash"),
    message: text,
    stack: text.nullable(),
  }),
  z.object({ kind: kind("drained") }),
]);

export type FromIsolate = z.infer<typeof fromIsolateSchema>;
