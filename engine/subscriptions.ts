/** The subscriptions of an observer, as one. */
import type { Subscription } from "../broker/broker.ts";

export function joined(all: readonly Subscription[]): Subscription {
  return {
    closed: Promise.all(all.map(({ closed }) => closed)).then(() => {}),
    /** The slowest tells how they are. */
    get lastReadAt() {
      return Math.min(...all.map(({ lastReadAt }) => lastReadAt));
    },
    async recover() {
      const taken = await Promise.all(all.map((one) => one.recover()));
      return taken.reduce((sum, count) => sum + count, 0);
    },
    pause: () => all.forEach((one) => one.pause()),
    resume: () => all.forEach((one) => one.resume()),
    async close() {
      await Promise.all(all.map((one) => one.close()));
    },
  };
}
