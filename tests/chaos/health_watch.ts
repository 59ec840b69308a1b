/** Whether the hosts say that they are well while they are not. */
import type { Health } from "../../host/health.ts";
import type { Host } from "./host.ts";
import { sleep } from "./processes.ts";

export interface HealthWatch {
  /** Answers of `/readyz` so far. */
  readonly asked: number;
  /** What was said wrongly. */
  readonly lies: readonly string[];
  stop(): Promise<void>;
}

/** A minute, and the moment until a status is asked for anew. */
const limitMs = 63_000;
const everyMs = 1_000;
const answerMs = 5_000;

type Told = Pick<Health, "state" | "reasons" | "warnings">;

/** Asks every host again and again. `oldestMs` is known from PostgreSQL, not from the hosts. */
export function watchHealth(
  hosts: readonly Pick<Host, "api">[],
  oldestMs: () => number,
): HealthWatch {
  const lies: string[] = [];
  let asked = 0;
  let stopping = false;
  const ask = async ({ api }: Pick<Host, "api">) => {
    const answer = api.ask<Told>("/readyz").catch(() => null);
    const told = await Promise.race([answer, sleep(answerMs)]);
    if (!told) return;
    asked++;
    const lie = lieOf(told, oldestMs());
    if (lie) lies.push(`${api.url}: ${lie}`);
  };
  const watch = async (host: Pick<Host, "api">) => {
    while (!stopping) {
      await ask(host);
      await sleep(everyMs);
    }
  };
  const watching = Promise.all(hosts.map(watch));
  return {
    get asked() {
      return asked;
    },
    lies,
    async stop() {
      stopping = true;
      await watching;
    },
  };
}

/** What is wrong about an answer while an event waits for so long; null if it is true. */
export function lieOf({ state, reasons, warnings }: Told, oldestMs: number) {
  if (oldestMs < limitMs) return null;
  const waits = `an event has waited for ${Math.round(oldestMs / 1_000)} s`;
  if (state === "ready") return `"ready" while ${waits}`;
  const told = [...reasons, ...warnings];
  return told.length ? null : `no reason told while ${waits}`;
}
