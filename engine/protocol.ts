/** What the supervisor and an isolate say to each other; plain JSON, so that it can be posted. */
import type { Config } from "../config.ts";
import type { ScanResult } from "../host/services.ts";

/** All that an isolate needs to know to run an actor. */
export interface IsolateSettings {
  readonly actor: string;
  /** The address of the actor's module. */
  readonly module: string;
  readonly replica: number;
  readonly consumer: string;
  readonly paused: boolean;
  readonly config: Pick<
    Config,
    | "databaseUrl"
    | "redisUrl"
    | "brokerUrl"
    | "market"
    | "callsPerMinute"
    | "claimAfterMs"
    | "sweepEveryMs"
    | "logLevel"
    | "logFormat"
  >;
}

/** A position in its topic, or milliseconds since 1970: a Date for the broker. */
export type WindowEnd = string | number;

export type Request =
  /** Sweeps now; answered with how many entries were taken over. */
  | { readonly kind: "claim" }
  | { readonly kind: "scan"; readonly symbols: readonly string[] }
  | {
    readonly kind: "replay";
    readonly from?: WindowEnd;
    readonly to?: WindowEnd;
  };

export type ToIsolate =
  | { readonly kind: "start"; readonly settings: IsolateSettings }
  | { readonly kind: "request"; readonly id: number; readonly request: Request }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "drain" };

export interface Beat {
  readonly handled: number;
  readonly deadLettered: number;
  /** In ms since 1970; null before the first read. */
  readonly lastReadAt: number | null;
  /** How long the batch in hand has made no progress; 0 without one. */
  readonly stalledMs: number;
}

export type FromIsolate =
  /** The module is loaded and listens; now it can be told to start. */
  | { readonly kind: "loaded" }
  /** The subscription runs. */
  | { readonly kind: "running" }
  | { readonly kind: "beat"; readonly beat: Beat }
  | {
    readonly kind: "answer";
    readonly id: number;
    readonly result: ScanResult | number;
  }
  | { readonly kind: "refusal"; readonly id: number; readonly message: string }
  | {
    readonly kind: "progress";
    readonly id: number;
    readonly done: number;
    readonly total: number | null;
  }
  | {
    readonly kind: "crash";
    readonly message: string;
    readonly stack: string | null;
  }
  | { readonly kind: "drained" };
