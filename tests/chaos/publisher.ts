/** Publishes, keeps to it until the broker has said yes and no failover can take it back, and records that. */
import type { Broker } from "../../broker/broker.ts";
import type { Reason } from "../../engine/dead_letter.ts";
import { encode } from "../../engine/envelope.ts";
import { sleep } from "../../wait.ts";
import actor, { type ChaosData } from "./actor/mod.ts";
import type { Ledger } from "./ledger.ts";
import type { RedisServer } from "./redis_server.ts";

export interface ChaosEvent {
  readonly id: string;
  readonly symbol: string;
  readonly at: string;
  readonly data: ChaosData;
  /** Why it has to become a dead letter; stored unless given. */
  readonly dies?: Reason;
}

export interface Publisher {
  /** Resolves when all are acknowledged. */
  publish(events: readonly ChaosEvent[]): Promise<void>;
  /** Events that a server may have lost which had acknowledged them, and that were published again. */
  readonly lost: number;
}

/** A publication that took longer may have been sent twice by the client, over a new connection. */
const promptMs = 150;

/** What an acknowledgement is worth; see RedisServer. */
export type Keeper = Pick<RedisServer, "term" | "keeps">;

export function makePublisher(
  broker: Broker,
  ledger: Ledger,
  keeper: Keeper | null,
): Publisher {
  let lost = 0;
  return {
    get lost() {
      return lost;
    },
    async publish(events) {
      const entries = events.map(({ id, symbol, at, dies }) =>
        ledger.note({ id, symbol, at, dies: dies ?? null })
      );
      const messages = events.map((event) => encode(actor, event));
      const start = performance.now();
      let tries = 0;
      while (true) {
        const term = keeper?.term ?? 0;
        tries += await publishUntilTaken(broker, messages);
        if (!keeper || await keeper.keeps(term)) break;
        lost += events.length;
      }
      const repeated = tries > 1 || performance.now() - start > promptMs;
      for (const entry of entries) {
        entry.acknowledged = true;
        entry.repeated = repeated;
      }
    },
  };
}

async function publishUntilTaken(
  broker: Broker,
  messages: Parameters<Broker["publish"]>[1],
): Promise<number> {
  for (let tries = 1;; tries++) {
    try {
      await broker.publish(actor.name, messages);
      return tries;
    } catch {
      await sleep(100);
    }
  }
}
