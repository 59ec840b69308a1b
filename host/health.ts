/** Whether this host does its work, and if not, why: one sentence for each reason. */
import { z } from "zod";
import type { Broker, Durability } from "../broker/broker.ts";
import { durabilitySchema } from "../broker/inspection.ts";
import { deadline } from "../wait.ts";
import { explain } from "../engine/log.ts";
import type { ActorStatus, Health } from "./services.ts";

export const healthSchema = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).readonly()
    .describe("Why it is not ready; empty if it is"),
  durability: durabilitySchema.nullable(),
}).meta({ id: "Health" });

export interface HealthSources {
  /** What start-up is waiting for; null once it is done. */
  readonly missing: string | null;
  readonly broker: Broker | null;
  /** By the name that people know it by: each resolves if that server answers. */
  readonly servers: Readonly<Record<string, () => Promise<unknown>>>;
  readonly status: () => Promise<readonly ActorStatus[]>;
}

/** A server that does not answer within so many milliseconds counts as down. */
const answerWithinMs = 2_000;
/** A subscription reads at least every few seconds, even when there is nothing to read. */
const readAgeLimitMs = 30_000;

export async function checkHealth(sources: HealthSources): Promise<Health> {
  const down = (await Promise.all(
    Object.entries(sources.servers).map(([name, ask]) => reach(name, ask)),
  )).filter((reason) => reason !== null);
  const { missing, broker } = sources;
  if (missing || down.length || !broker) {
    return {
      ready: false,
      reasons: [...new Set([...down, ...missing ? [missing] : []])],
      durability: null,
    };
  }
  const reasons = (await sources.status()).flatMap(complaints);
  const late = "the broker does not tell";
  const durability = await deadline(broker.durability(), answerWithinMs, late)
    .catch((): Durability | null => null);
  return { ready: reasons.length === 0, reasons, durability };
}

async function reach(
  name: string,
  ask: () => Promise<unknown>,
): Promise<string | null> {
  const late = `no answer within ${answerWithinMs} ms`;
  return await deadline(Promise.try(ask), answerWithinMs, late)
    .then(
      () => null,
      (error) => `${name} cannot be reached: ${explain(error)}`,
    );
}

function complaints(actor: ActorStatus): string[] {
  if (actor.state === "failed") {
    const error = actor.isolates.find(({ lastError }) => lastError)?.lastError
      ?.message;
    return [`${actor.name} has failed: ${error ?? "for an unknown reason"}`];
  }
  return actor.isolates
    .filter(({ lastReadAgeMs }) =>
      !actor.paused && (lastReadAgeMs ?? 0) > readAgeLimitMs
    )
    .map(({ consumer, lastReadAgeMs }) =>
      `${consumer} last read its stream ${lastReadAgeMs} ms ago`
    );
}
