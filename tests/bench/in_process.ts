/** The consumer of the quotes actor in this process: the same for every broker, memory included. */
import quotes from "../../actors/quotes/mod.ts";
import type { Broker } from "../../broker/broker.ts";
import { connectDatabase, isBadData, isUnavailable } from "../../db/client.ts";
import { createDeadLetters } from "../../db/dead_letters.ts";
import { createEventTraces } from "../../db/event_traces.ts";
import { createLatestCache } from "../../db/latest.ts";
import type { Actor } from "../../engine/actor.ts";
import { createConsumer } from "../../engine/consumer.ts";
import { Measures } from "../../engine/measures.ts";
import { TraceRecorder } from "../../engine/trace_recorder.ts";
import { topic } from "./events.ts";
import type { Servers } from "./servers.ts";

const quiet = {
  debug() {},
  info() {},
  warn: console.warn,
  error: console.error,
};

/** Events a second, over `count` events that wait in the topic, until the handler has stored the last. */
export async function measureInProcess(
  { databaseUrl, client }: Servers,
  broker: Broker,
  count: number,
): Promise<number> {
  const sql = connectDatabase(databaseUrl, { max: 2, name: "bench" });
  const cache = createLatestCache(client);
  const traces = new TraceRecorder({
    write: (found) => createEventTraces(sql).record(topic, "bench", found),
    log: quiet,
  });
  const stored = Promise.withResolvers<void>();
  let handled = 0;
  const none = () => Promise.resolve(new Map<string, number>());
  const consume = createConsumer({
    actor: quotes as unknown as Actor,
    context: { sql, log: quiet },
    setLatest: (values) => cache.set(topic, values),
    record: (found) => traces.add(found),
    // Nothing is delivered again here.
    attempts: { of: none, count: none, uncount: none, clear: none },
    deadLetters: createDeadLetters(sql),
    isUnavailable,
    isBadData,
    isTooSlow: () => false,
    onWaiting() {},
    onProgress: (some) => {
      handled += some;
      if (handled >= count) stored.resolve();
    },
    measures: new Measures(),
    log: quiet,
  });
  const began = performance.now();
  const subscription = broker.subscribe(topic, "bench", consume, {
    consumer: "bench",
    batch: 1_000,
  });
  await stored.promise;
  const rate = count / (performance.now() - began) * 1_000;
  await subscription.close();
  await traces.close();
  await sql.end();
  return rate;
}
