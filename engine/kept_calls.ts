/** The calls to the market that the scan of a symbol made, or that told of it as well, as its record keeps them. */
import { z } from "zod";
import { cleanText, type MarketCall } from "../market/market.ts";

const count = z.int().min(0);

/** Of a scan the last calls, and of a call the tries: more than any actor makes, or market allows. */
const most = { calls: 10, tries: 10, text: 300 };

const triedSchema = z.object({
  status: z.int().nullable()
    .describe("Of HTTP; null if nothing was answered"),
  error: z.string().max(most.text).nullable()
    .describe("Why it was in vain; null if it was not"),
  duration_ms: count,
});

export const keptCallSchema = z.object({
  provider: z.string().max(most.text),
  path: z.string().max(most.text)
    .describe("What was asked for, without its query"),
  symbols: count.describe(
    "For so many symbols it was made: where it is more than one, " +
      "`calls` counts it for one of them",
  ),
  status: triedSchema.shape.status.describe(
    "Of the last try, of HTTP; null if that was not answered",
  ),
  after_ms: count.describe("From the start of the scan to its first try"),
  duration_ms: count
    .describe("Of all tries, and what was waited between them"),
  tries: z.array(triedSchema).min(1).max(most.tries)
    .describe("In their order: the last one says how the call ended"),
}).meta({
  id: "MarketCall",
  description: "A call to a provider, with each try to get its answer",
});

export const keptCallsSchema = z.array(keptCallSchema).max(most.calls);

type Tried = z.infer<typeof triedSchema>;
export type KeptCall = z.infer<typeof keptCallSchema>;

interface Call {
  readonly provider: string;
  readonly path: string;
  readonly symbols: number;
  readonly began: number;
  ended: number;
  readonly tries: Tried[];
}

/** Times count from now. */
export function keepCalls() {
  const start = performance.now();
  const calls: Call[] = [];
  /** The call that this is a further try of: one that failed so often before. */
  const goesOn = ({ provider, path, attempt }: MarketCall) =>
    calls.findLast((one) =>
      one.provider === provider && one.path === path &&
      one.tries.length === attempt - 1
    );
  return {
    /** To be called when the try has just ended. */
    note(call: MarketCall): void {
      const { provider, path, status, error, seconds, symbols = 1 } = call;
      const ended = performance.now() - start;
      const tried = {
        status,
        error: error && cleanText(error, most.text),
        duration_ms: Math.round(seconds * 1_000),
      };
      const known = call.attempt > 1 ? goesOn(call) : undefined;
      if (known && known.tries.length < most.tries) {
        known.tries.push(tried);
        known.ended = ended;
        return;
      }
      const began = Math.max(0, ended - seconds * 1_000);
      calls.push({ provider, path, symbols, began, ended, tries: [tried] });
      if (calls.length > most.calls) calls.shift();
    },
    /** The last ones, in the order in which they began. */
    calls: (): KeptCall[] => calls.map(told),
  };
}

function told(
  { provider, path, symbols, began, ended, tries }: Call,
): KeptCall {
  return {
    provider,
    path: path.slice(0, most.text),
    symbols,
    status: tries.at(-1)!.status,
    after_ms: Math.round(began),
    duration_ms: Math.round(ended - began),
    tries: [...tries],
  };
}
