/**
 * The entry of an actor's Worker: it loads the actor, tells its heartbeat, and answers the
 * supervisor. What is wrong beyond repair is said once and ends the isolate; another is started.
 */
/// <reference lib="deno.worker" />
import { explain } from "../engine/log.ts";
import type { FromIsolate, Request, ToIsolate } from "../engine/protocol.ts";
import { runActor, type RunningActor } from "./run_actor.ts";

const say = (message: FromIsolate) => self.postMessage(message);

/** What is said before the start, while modules load, is done after it: a pause must not get lost. */
const started = Promise.withResolvers<RunningActor>();

self.onmessage = ({ data }: MessageEvent<ToIsolate>) => {
  hear(data).catch(crash);
};
say({ kind: "loaded" });

async function hear(message: ToIsolate): Promise<void> {
  if (message.kind === "start") {
    started.resolve(runActor(message.settings, say, crash));
    await started.promise;
    return say({ kind: "running" });
  }
  const running = await started.promise;
  switch (message.kind) {
    case "request":
      return await answer(running, message.id, message.request);
    case "pause":
      return running.subscription.pause();
    case "resume":
      return running.subscription.resume();
    case "drain":
      await running.stop();
      say({ kind: "drained" });
      return self.close();
  }
}

async function answer(
  running: RunningActor,
  id: number,
  request: Request,
): Promise<void> {
  try {
    say({ kind: "answer", id, result: await running.request(id, request) });
  } catch (error) {
    say({ kind: "refusal", id, message: explain(error) });
  }
}

function crash(error: unknown): void {
  const stack = error instanceof Error ? error.stack ?? null : null;
  say({ kind: "crash", message: explain(error), stack });
  self.close();
}
