/**
 * What Deno lets a Worker do although it may run nothing: signal its own process, which ends all of
 * Signalbox. It is taken away before an actor's code is loaded. A fence, not a wall: a Worker of a Worker
 * made by `node:worker_threads` has it still.
 */
/// <reference lib="deno.worker" />
import process from "node:process";
import workerThreads from "node:worker_threads";

/** For good, in the isolate that calls it. */
export function fence(): void {
  take(Deno, "kill");
  take(process, "kill");
  take(process, "_kill");
  // What it starts would have a `Deno.kill` of its own.
  take(globalThis, "Worker");
  take(workerThreads, "Worker");
}

function take(from: object, name: string): void {
  const value = function () {
    throw new Deno.errors.NotCapable(
      `${name} is not an actor's to use: it could end the whole process`,
    );
  };
  Object.defineProperty(from, name, {
    value,
    writable: false,
    configurable: false,
  });
}
