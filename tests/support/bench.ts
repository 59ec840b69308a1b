/** A running host with an actor that does what its events tell it. */
import postgres, { type Sql } from "postgres";
import type { Broker, Message } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { addChaosActor, copyProject } from "./checkout.ts";
import { type Host, startHost } from "./host.ts";
import { testDatabase, testRedis } from "./servers.ts";

export type Deed =
  | "none"
  | "crash"
  | "hang"
  | "loop"
  | "exit"
  | "throw"
  | "permanent";

export interface Bench {
  readonly host: Host;
  readonly broker: Broker;
  readonly sql: Sql;
  readonly env: Record<string, string>;
  readonly root: string;
  /** Publishes an event of the actor `chaos`, which obeys. */
  tell(id: string, deed?: Deed, once?: boolean): Promise<void>;
  isStored(id: string): Promise<boolean>;
  actor(name: string): Promise<Status>;
}

// deno-lint-ignore no-explicit-any -- the API's answer, in snake case
type Status = any;

/** A host of its own, over servers of its own, with the actor `chaos`. */
export async function bench(
  run: (bench: Bench) => Promise<void>,
  more: Record<string, string> = {},
) {
  const [database, redis, root] = await Promise.all([
    testDatabase(),
    testRedis(),
    copyProject(),
  ]);
  await addChaosActor(root);
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    HANG_AFTER_MS: "2000",
    HANDLE_TIMEOUT_MS: "2000",
    CLAIM_AFTER_MS: "1000",
    SWEEP_EVERY_MS: "300",
    ...more,
  };
  const host = await startHost({ env, root });
  const broker = await connectBroker(redis.url);
  const sql = postgres(database.url, { max: 1 });
  try {
    await run({
      host,
      broker,
      sql,
      env,
      root,
      tell: (id, deed = "none", once = false) =>
        broker.publish("chaos", [event(id, deed, once)]),
      isStored: async (id) =>
        (await sql`select from chaos_events where id = ${id}`).count === 1,
      actor: async (name) =>
        await (await fetch(`${host.url}/api/actors/${name}`)).json(),
    });
  } finally {
    await host.kill();
    await broker.close();
    await sql.end();
    await redis.stop();
    await database.drop();
  }
}

export function event(id: string, deed: Deed, once: boolean): Message {
  const time = "2026-01-31T14:30:00.000Z";
  return {
    key: id,
    attributes: { id, type: "signalbox.chaos", subject: id, time, v: "1" },
    data: JSON.stringify({ n: 1, deed, once, when: "before" }),
  };
}
