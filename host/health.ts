/** Whether this host does its work, and if not, why: one sentence for each reason. */
import { z } from "zod";
import { type Durability, durabilitySchema } from "../broker/broker.ts";
import { explain } from "../engine/log.ts";
import type { ActorStatus } from "../engine/status.ts";
import { deadline } from "../wait.ts";
import type { HostParts } from "./host_services.ts";

export const healthSchema = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).describe("Why it is not ready; empty if it is"),
  durability: durabilitySchema.nullable(),
}).meta({ id: "Health" });

export type Health = z.infer<typeof healthSchema>;

type Sources = Pick<HostParts, "running" | "missing"> & {
  readonly stores: Pick<HostParts["stores"], "sql" | "redis">;
};

/** A server that does not answer within so many milliseconds counts as down. */
const answerWithinMs = 2_000;
/** A subscription reads at least every few seconds, even when there is nothing to read. */
const readAgeLimitMs = 30_000;

export async function checkHealth(
  { running, missing, stores: { sql, redis } }: Sources,
  statuses: () => Promise<readonly ActorStatus[]>,
): Promise<Health> {
  const broker = running()?.broker;
  const answers = await Promise.all([
    reach("PostgreSQL", async () => await sql`select 1`),
    reach("Redis", () => redis.ping()),
    broker ? reach("the broker", () => broker.ping()) : null,
  ]);
  const down = [...answers, missing()].filter((reason) => reason !== null);
  if (down.length || !broker) {
    return { ready: false, reasons: [...new Set(down)], durability: null };
  }
  const reasons = (await statuses()).flatMap(complaints);
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
    const failed = actor.isolates.find(({ last_error }) => last_error);
    const error = failed?.last_error?.message ?? "for an unknown reason";
    return [`${actor.name} has failed: ${error}`];
  }
  return actor.isolates
    .filter(({ last_read_age_ms }) =>
      !actor.paused && (last_read_age_ms ?? 0) > readAgeLimitMs
    )
    .map(({ consumer, last_read_age_ms }) =>
      `${consumer} last read its stream ${last_read_age_ms} ms ago`
    );
}
