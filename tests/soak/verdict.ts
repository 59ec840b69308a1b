/** Whether anything has grown: the last quarter of the samples against the second one. */
import type { Sample } from "./gauges.ts";

export interface Limits {
  readonly streamMaxLength: number;
}

/** So many samples, five seconds each, are 20 minutes: what is shorter, V8 has not settled in. */
const enough = 240;

/** By how much memory may grow from the second quarter to the last one. */
const growthOf = (samples: readonly unknown[]) =>
  samples.length >= enough ? 1.05 : 1.5;

/** Between two trimmings a stream may be so much longer. */
const untrimmed = 2;

export function check(
  samples: readonly Sample[],
  { streamMaxLength }: Limits,
): string[] {
  const [, second, , last] = quarters(samples);
  const faults: string[] = [];
  const allowed = growthOf(samples);
  last!.residentMb.forEach((size, host) => {
    const before = second!.residentMb[host]!;
    if (size <= before * allowed) return;
    faults.push(
      `host ${host} grew from ${whole(before)} to ${whole(size)} MB, by more ` +
        `than a factor of ${allowed}`,
    );
  });
  if (last!.connections > second!.connections + 1) {
    faults.push(
      `connections grew from ${whole(second!.connections)} to ` +
        whole(last!.connections),
    );
  }
  if (last!.longestStream > streamMaxLength * untrimmed) {
    const entries = whole(last!.longestStream);
    faults.push(`a stream had ${entries} entries, of ${streamMaxLength}`);
  }
  if (last!.pending + last!.lag > second!.pending + second!.lag + 1_000) {
    faults.push(
      `behind: ${whole(last!.lag)}, pending: ${whole(last!.pending)}`,
    );
  }
  if (samples.at(-1)!.stored <= samples[0]!.stored) {
    faults.push("nothing was stored");
  }
  return faults;
}

/** The means of each quarter, as lines. */
export function table(samples: readonly Sample[]): string[] {
  const head = "quarter   resident MB   connections   longest stream" +
    "   behind   pending";
  const rows = quarters(samples).map((one, n) => {
    const sizes = one.residentMb.map(whole).join(", ");
    return String(n + 1).padStart(7) + sizes.padStart(14) +
      whole(one.connections).padStart(14) +
      whole(one.longestStream).padStart(17) + whole(one.lag).padStart(9) +
      whole(one.pending).padStart(10);
  });
  const stored = samples.at(-1)!.stored - samples[0]!.stored;
  return ["", head, ...rows, "", `${stored} rows of quotes stored`];
}

const whole = (value: number) => value.toFixed(0);

function quarters(samples: readonly Sample[]): Sample[] {
  return [0, 1, 2, 3].map((n) => {
    const from = Math.floor(samples.length * n / 4);
    const to = Math.floor(samples.length * (n + 1) / 4);
    return mean(samples.slice(from, to));
  });
}

function mean(samples: readonly Sample[]): Sample {
  const of = (read: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + read(sample), 0) / samples.length;
  return {
    residentMb: samples[0]!.residentMb.map((_, host) =>
      of((sample) => sample.residentMb[host]!)
    ),
    connections: of((sample) => sample.connections),
    longestStream: of((sample) => sample.longestStream),
    pending: of((sample) => sample.pending),
    lag: of((sample) => sample.lag),
    stored: of((sample) => sample.stored),
  };
}
