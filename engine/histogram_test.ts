import assert from "node:assert/strict";
import { bounds, Histogram, histogramSchema } from "./histogram.ts";

function of(...seconds: number[]): Histogram {
  const histogram = new Histogram();
  for (const one of seconds) histogram.observe(one);
  return histogram;
}

Deno.test("a time is in the first bucket whose bound it does not pass, and beyond the last bound in one more", () => {
  const { counts, sum, count } = of(0.001, 0.0011, 300, 301);
  assert.deepEqual([counts[0], counts[1]], [1, 1]);
  assert.deepEqual(counts.slice(-2), [1, 1]);
  assert.equal(counts.length, bounds.length + 1);
  assert.ok(Math.abs(sum - 601.0021) < 1e-9, `${sum}`);
  assert.equal(count, 4);
});

Deno.test("a time below 0, or that is no number, counts as none", () => {
  const { counts, sum } = of(-5, NaN);
  assert.deepEqual([counts[0], sum], [2, 0]);
});

Deno.test("what is added can be told from what was there before", () => {
  const all = of(0.02, 2);
  const before = all.copy();
  all.add(of(0.02, 0.02));
  const later = all.since(before);
  assert.deepEqual([all.count, before.count, later.count], [4, 2, 2]);
  assert.deepEqual(later.counts, of(0.02, 0.02).counts);
  assert.ok(Math.abs(later.sum - 0.04) < 1e-9);
});

Deno.test("what is taken out is in it no more", () => {
  const all = of(0.02, 2);
  assert.equal(new Histogram().add(all.take()).count, 2);
  assert.deepEqual([all.count, all.sum], [0, 0]);
});

Deno.test("a quantile is estimated within its bucket", () => {
  assert.equal(new Histogram().quantile(0.5), null);
  const even = of(...Array.from({ length: 10 }, () => 0.07));
  assert.equal(even.quantile(0.5)!.toFixed(3), "0.075");
  assert.equal(even.quantile(1), 0.1);
  const skewed = of(...Array.from({ length: 99 }, () => 0.07), 4);
  assert.ok(skewed.quantile(0.98)! <= 0.1);
  assert.ok(skewed.quantile(0.999)! > 2.5);
  assert.equal(of(1_000).quantile(0.5), 300, "no bound is known");
});

Deno.test("what was posted to another isolate fits, and what never was one does not", () => {
  const posted = structuredClone(of(0.02));
  assert.deepEqual(histogramSchema.parse(posted), posted);
  for (const wrong of [{ counts: [1], sum: 1 }, { ...posted, sum: -1 }]) {
    assert.ok(!histogramSchema.safeParse(wrong).success);
  }
  const counts = posted.counts.map(() => -1);
  assert.ok(!histogramSchema.safeParse({ ...posted, counts }).success);
});
