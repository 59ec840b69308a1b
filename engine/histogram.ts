/**
 * How long things took: how many within which bound, and all together. Plain data, so that it is posted from
 * one isolate to another as it is; two of them are added, or the earlier taken from the later, bucket by bucket.
 */
import { z } from "zod";

/** The bounds of the buckets in seconds; the same for all, and one more bucket for what took longer. */
export const bounds: readonly number[] = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 60, 300],
];

export const histogramSchema = z.object({
  /** Of each bucket by itself. */
  counts: z.array(z.int().min(0)).length(bounds.length + 1),
  /** In seconds. */
  sum: z.number().min(0),
});

export type HistogramData = z.infer<typeof histogramSchema>;

export class Histogram {
  readonly counts: number[] = Array.from(
    { length: bounds.length + 1 },
    () => 0,
  );
  sum = 0;

  get count(): number {
    return this.counts.reduce((all, count) => all + count, 0);
  }

  /** A time below 0, as clocks that differ tell it, counts as 0; so does what is none. */
  observe(seconds: number): void {
    const took = seconds > 0 ? seconds : 0;
    let bucket = 0;
    while (bucket < bounds.length && took > bounds[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += took;
  }

  add(other: HistogramData): this {
    other.counts.forEach((count, i) => this.counts[i]! += count);
    this.sum += other.sum;
    return this;
  }

  /** All that is in it, which is empty then. */
  take(): HistogramData {
    const taken = { counts: [...this.counts], sum: this.sum };
    this.counts.fill(0);
    this.sum = 0;
    return taken;
  }

  copy(): Histogram {
    return new Histogram().add(this);
  }

  /** What came after `before`, which is an earlier copy of this one. */
  since(before: HistogramData): Histogram {
    const later = new Histogram();
    this.counts.forEach((count, i) =>
      later.counts[i] = count - before.counts[i]!
    );
    later.sum = this.sum - before.sum;
    return later;
  }

  /**
   * Within how many seconds the part `q` (0 to 1) was done, as Prometheus estimates it: even within a bucket,
   * and of the last one its beginning. Null if there was nothing.
   */
  quantile(q: number): number | null {
    const all = this.count;
    if (all === 0) return null;
    let below = 0;
    for (const [i, count] of this.counts.entries()) {
      const to = bounds[i];
      if (to === undefined) break;
      if (count > 0 && below + count >= q * all) {
        const from = bounds[i - 1] ?? 0;
        return from + (to - from) * Math.max(0, q * all - below) / count;
      }
      below += count;
    }
    return bounds.at(-1)!;
  }
}
