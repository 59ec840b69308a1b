/**
 * What is measured of an actor's work. An isolate tells with each beat what came since the last one, and the
 * host adds it up: so what a host tells never goes down, whatever becomes of an isolate, or whatever it says.
 */
import { z } from "zod";
import {
  type CallOutcome,
  callOutcomes,
  type MarketCall,
  providerNames,
} from "../market/market.ts";
import { Histogram, histogramSchema } from "./histogram.ts";

const count = z.int().min(0);

const callsSchema = z.object({
  provider: z.enum(providerNames),
  outcome: z.enum(callOutcomes),
  took: histogramSchema,
  /** Of these, how many came after one that had failed. */
  retries: count,
});

/** What came since the last beat. */
export const measuredSchema = z.object({
  handle: histogramSchema,
  publish_to_stored: histogramSchema,
  retried: count,
  market_calls: z.array(callsSchema).max(100),
});

export type Measured = z.infer<typeof measuredSchema>;

/** Calls to the market that ended in the same way. */
export interface Calls {
  readonly provider: string;
  readonly outcome: CallOutcome;
  readonly took: Histogram;
  retries: number;
}

export class MarketCalls {
  readonly #calls = new Map<string, Calls>();

  note(
    call: Pick<MarketCall, "provider" | "outcome" | "seconds" | "attempt">,
  ): void {
    const calls = this.of(call);
    calls.took.observe(call.seconds);
    if (call.attempt > 1) calls.retries++;
  }

  add(other: Measured["market_calls"] | Iterable<Calls>): this {
    for (const one of other) {
      const calls = this.of(one);
      calls.took.add(one.took);
      calls.retries += one.retries;
    }
    return this;
  }

  [Symbol.iterator](): Iterator<Calls> {
    return this.#calls.values();
  }

  /** All that is in it, which is empty then. */
  take(): Measured["market_calls"] {
    const taken = [...this]
      .map(({ provider, ...calls }) => ({
        ...calls,
        provider: provider as typeof providerNames[number],
        took: calls.took.take(),
      }));
    this.#calls.clear();
    return taken;
  }

  get count(): number {
    return [...this].reduce((all, { took }) => all + took.count, 0);
  }

  /** Those that ended so; 0 at first. */
  of({ provider, outcome }: Pick<Calls, "provider" | "outcome">): Calls {
    const key = `${provider} ${outcome}`;
    const known = this.#calls.get(key);
    if (known) return known;
    const calls = { provider, outcome, took: new Histogram(), retries: 0 };
    this.#calls.set(key, calls);
    return calls;
  }
}

export class Measures {
  /** Of each call of the handler: a batch, one statement. */
  readonly handle = new Histogram();
  /** Of each event: from when the broker took it to when its row was there. */
  readonly publishToStored = new Histogram();
  readonly marketCalls = new MarketCalls();
  /** Handler calls for an event that had failed before. */
  retried = 0;
  /** Events handled, and events that became dead letters: the host counts both by the beats. */
  handled = 0;
  failed = 0;

  add(other: Measures): this {
    this.handle.add(other.handle);
    this.publishToStored.add(other.publishToStored);
    this.marketCalls.add(other.marketCalls);
    this.retried += other.retried;
    this.handled += other.handled;
    this.failed += other.failed;
    return this;
  }

  hear(told: Measured): void {
    this.handle.add(told.handle);
    this.publishToStored.add(told.publish_to_stored);
    this.retried += told.retried;
    this.marketCalls.add(told.market_calls);
  }

  /** What came since this was called last, to be told; undefined if nothing did. */
  take(): Measured | undefined {
    if (this.handle.count + this.marketCalls.count === 0) return undefined;
    const { retried } = this;
    this.retried = 0;
    return {
      handle: this.handle.take(),
      publish_to_stored: this.publishToStored.take(),
      retried,
      market_calls: this.marketCalls.take(),
    };
  }
}
