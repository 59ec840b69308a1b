/**
 * What every broker adapter must do, whichever it is. An adapter's own test calls `conformance` with
 * a way to connect; nothing here knows which broker it is talking to. Where brokers may differ, the
 * case asks `broker.features`, or what the harness can do, and says that it was left out.
 */
import { type Harness, runCase } from "./fixture.ts";
import { delivery } from "./delivery.ts";
import { faults } from "./faults.ts";
import { inspection } from "./inspection.ts";
import { leaving } from "./leaving.ts";

export type { Harness } from "./fixture.ts";

/** Registers the suite. `make` is called once, before the first case; its harness is closed at the end. */
export function conformance(name: string, make: () => Promise<Harness>): void {
  let harness: Harness;
  Deno.test.beforeAll(async () => {
    harness = await make();
  });
  for (const one of [...delivery, ...leaving, ...inspection, ...faults]) {
    Deno.test({
      name: `${name} ${one.name}`,
      ...(one.restarts && { sanitizeOps: false, sanitizeResources: false }),
      async fn() {
        const ran = await runCase(one, harness);
        if (!ran) console.log(`  left out: ${name} does not declare it`);
      },
    });
  }
  Deno.test.afterAll(() => harness.close());
}
