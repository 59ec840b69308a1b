/**
 * The entry of an actor's Worker: it describes the actor, or runs it and answers the supervisor. What is
 * wrong beyond repair is said once and ends the isolate; another is started.
 */
/// <reference lib="deno.worker" />
import type { Introduction } from "../engine/link.ts";
import { describe, loadActor } from "../engine/load_actor.ts";
import { captureConsole, createLog, explain } from "../engine/log.ts";
import {
  type FromIsolate,
  type Refusal,
  type RequestKind,
  type RequestMessage,
  rowsAtOnce,
  type ToIsolate,
} from "../engine/protocol.ts";
import { MarketRefusedError } from "../market/market.ts";
import { sleep } from "../wait.ts";
import { fence } from "./fence.ts";
import type { RunningActor } from "./run_actor.ts";
import { unavailableServer } from "./unavailable.ts";

// Before anything of the actor is loaded.
fence();

/** Not as a text in `import`: Deno would load all that it needs for those as well that only describe. */
const toRun = new URL("./run_actor.ts", import.meta.url).href;

const port = Promise.withResolvers<MessagePort>();
const say = (message: FromIsolate) =>
  void port.promise.then((to) => to.postMessage(message));

/** What is said before the start, while modules load, is done after it: a pause must not get lost. */
const started = Promise.withResolvers<RunningActor>();

// Here, because Deno would print them: what comes of an actor goes through the log.
self.addEventListener("error", (event) => {
  event.preventDefault();
  crash(event.error ?? event.message);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  crash(event.reason);
});
self.addEventListener("message", ({ data }: MessageEvent<Introduction>) => {
  const { port: from, givenUp } = data;
  from.onmessage = ({ data }: MessageEvent<ToIsolate>) => {
    hear(data, givenUp).catch(crash);
  };
  port.resolve(from);
}, { once: true });

async function hear(
  message: ToIsolate,
  givenUp: Introduction["givenUp"],
): Promise<void> {
  switch (message.kind) {
    case "describe": {
      const { name, module, log } = message.actor;
      captureConsole(createLog(log));
      const description = describe(await loadActor(module, name));
      return say({ kind: "described", description });
    }
    case "start": {
      const { settings } = message;
      const log = createLog(settings.log);
      captureConsole(log);
      const { runActor } = await import(
        toRun
      ) as typeof import("./run_actor.ts");
      started.resolve(runActor(settings, { log, say, crash, givenUp }));
      await started.promise;
      return say({ kind: "running" });
    }
    case "request":
      return await answer(await started.promise, message);
    case "pause":
      return (await started.promise).subscription.pause();
    case "resume":
      return (await started.promise).subscription.resume();
    case "drain":
      await (await started.promise).stop();
      return say({ kind: "drained" });
  }
}

async function answer<Kind extends RequestKind>(
  { requests }: RunningActor,
  { id, what, body }: RequestMessage<Kind>,
): Promise<void> {
  try {
    const result = await requests[what](body, id);
    say({ kind: "answer", id, result: await sayFirst(id, result) });
  } catch (error) {
    say({
      kind: "refusal",
      id,
      reason: reasonOf(error),
      message: explain(error),
    });
  }
}

/**
 * Says the first rows of a long answer, so many at once; returns the last, or any other answer. Others are
 * answered in between.
 */
async function sayFirst(id: number, result: unknown): Promise<unknown> {
  if (!Array.isArray(result)) return result;
  let from = 0;
  for (; result.length - from > rowsAtOnce; from += rowsAtOnce) {
    say({ kind: "rows", id, rows: result.slice(from, from + rowsAtOnce) });
    await sleep(0);
  }
  return from === 0 ? result : result.slice(from);
}

function reasonOf(error: unknown): Refusal {
  if (unavailableServer(error) !== null) return "server";
  return error instanceof MarketRefusedError ? "key" : "actor";
}

function crash(error: unknown): void {
  const stack = error instanceof Error ? error.stack ?? null : null;
  say({ kind: "crash", message: explain(error), stack });
}
