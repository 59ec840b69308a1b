import assert from "node:assert/strict";
import type { SlotLedger } from "../engine/scheduler.ts";
import { telling } from "./schedules.ts";

Deno.test("a slot that is given up is told of, and one that goes on elsewhere is not", async () => {
  const failed: (string | null)[] = [];
  const ledger: Partial<SlotLedger> = {
    fail: (_, error) => Promise.resolve(failed.push(error)),
  };
  const told: object[] = [];
  const recorder = { tell: (entry: object) => void told.push(entry) };
  const { fail } = telling(ledger as SlotLedger, "quotes", { recorder });
  const detail = "no symbol could be scanned: refused";
  await fail(new Date(), null);
  await fail(new Date(), detail);
  assert.deepEqual(failed, [null, detail]);
  assert.deepEqual(told, [{ kind: "slot-failed", actor: "quotes", detail }]);
});
