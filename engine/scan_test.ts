import assert from "node:assert/strict";
import { z } from "zod";
import { connectBroker } from "../broker/open.ts";
import type { Market } from "../market/market.ts";
import { type Actor, defineActor } from "./actor.ts";
import { scan } from "./scan.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

Deno.test("a producer that never answers, and heeds no signal, ends with the scan's deadline", async () => {
  const never = defineActor({
    name: "never",
    title: "",
    description: "",
    schedule: "* * * * *",
    version: 1,
    schema: z.object({}),
    permissions: { net: [] },
    async *produce() {
      yield await new Promise<never>(() => {});
    },
    handle: async () => {},
    history: () => Promise.resolve([]),
  }) as unknown as Actor;
  const broker = await connectBroker("memory:");
  const stop = new AbortController();
  const scanning = scan({
    actor: never,
    broker,
    market: {} as Market,
    latest: () => Promise.resolve(undefined),
    symbols: ["AAPL", "MSFT"],
    signal: stop.signal,
    log: quiet,
  });
  stop.abort(new Error("the deadline is over"));
  await assert.rejects(scanning, /the deadline is over/);
  await broker.close();
});
