import assert from "node:assert/strict";
import { type Need, planScans } from "./quota.ts";

const quotes: Need = {
  actor: "quotes",
  symbols: 150,
  callsPerSymbol: 1,
  everyMs: 120_000,
  weight: 1,
};
const news: Need = { ...quotes, actor: "news", everyMs: 3_600_000 };

Deno.test("a list within the quota keeps its schedule", () => {
  const plan = planScans([{ ...quotes, symbols: 100 }, news], 60);
  assert.deepEqual(plan.get("quotes"), { everyMs: 120_000, why: null });
  assert.deepEqual(plan.get("news"), { everyMs: 3_600_000, why: null });
});

Deno.test("a longer list comes more rarely, in words, and takes nothing from those who need little", () => {
  const plan = planScans([quotes, news], 60);
  assert.equal(
    plan.get("quotes")!.why,
    "150 symbols need 75 calls a minute of 60: quotes come every 2.8 min instead of 2",
  );
  assert.ok(Math.abs(plan.get("quotes")!.everyMs - 171_000) < 3_000);
  assert.equal(plan.get("news")!.why, null);
});

Deno.test("two who need more than there is share it by their weights", () => {
  const ratings = { ...quotes, actor: "ratings", weight: 3 };
  const plan = planScans([quotes, ratings], 60);
  const [first, second] = [plan.get("quotes")!, plan.get("ratings")!];
  assert.ok(Math.abs(first.everyMs / second.everyMs - 3) < 0.01);
  const small = planScans([{ ...quotes, symbols: 80 }, ratings], 60);
  assert.equal(
    small.get("quotes")!.why,
    "80 symbols need 40 calls a minute of the 13 of 60 that are its share: quotes come every 5.8 min instead of 2",
  );
});

Deno.test("nothing is planned for nobody", () => {
  assert.equal(planScans([], 60).size, 0);
  const none = planScans([{ ...quotes, symbols: 0 }], 60);
  assert.equal(none.get("quotes")!.why, null);
});
