/** After the last fault: waits until everything is done that is left to do, or gives up. */
import { actorsOf, consumersOf, groupOf } from "./facts.ts";
import { sleep } from "./processes.ts";
import type { World } from "./world.ts";

/**
 * Resolves when all actors run, nothing is unread or pending, and the group knows only those who live;
 * after `withinMs` at the latest, and then the invariants tell what is missing.
 */
export async function settle(world: World, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  // Twice in a row: a sweep may be about to take something over.
  for (let calm = 0; calm < 2 && performance.now() < deadline;) {
    calm = await isCalm(world).catch(() => false) ? calm + 1 : 0;
    await sleep(500);
  }
}

async function isCalm(world: World): Promise<boolean> {
  const { lag, pending } = await groupOf(world);
  if (lag !== 0 || pending !== 0) return false;
  const actors = (await Promise.all(world.hosts.map(actorsOf))).flat();
  if (actors.some(({ state }) => state !== "running")) return false;
  const live = new Set(
    actors.flatMap(({ isolates }) => isolates.map((one) => one.consumer)),
  );
  return (await consumersOf(world) ?? []).every((name) => live.has(name));
}
