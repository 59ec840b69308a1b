/** The text format of Prometheus, version 0.0.4. */
import { bounds, type HistogramData } from "../engine/histogram.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | HistogramData;
}

/** A metric with all its samples; without any, its name and its meaning are told all the same. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function expose(families: readonly Family[]): string {
  return families.map(({ name, type, help, samples }) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n` +
    samples.flatMap((sample) => linesOf(name, sample)).join("")
  ).join("\n");
}

function linesOf(name: string, { labels, value }: Sample): string[] {
  if (typeof value === "number") return [line(name, labels, value)];
  let below = 0;
  const buckets = value.counts.map((count, i) => {
    const le = bounds[i]?.toString() ?? "+Inf";
    return line(`${name}_bucket`, { ...labels, le }, below += count);
  });
  return [
    ...buckets,
    line(`${name}_sum`, labels, value.sum),
    line(`${name}_count`, labels, below),
  ];
}

function line(name: string, labels: Sample["labels"], value: number): string {
  const pairs = Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`);
  return `${name}${pairs.length ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (one) => one === "\n" ? "\\n" : `\\${one}`);
}
