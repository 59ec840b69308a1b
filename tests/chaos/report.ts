/** The figures of a run, for people. */
import type { InvariantName, Verdict } from "./check.ts";
import type { Facts } from "./facts.ts";
import type { KindName } from "./kinds.ts";
import type { Entry } from "./ledger.ts";
import type { Fault } from "./plan.ts";
import { table } from "../../ctl/table.ts";

export interface Figures {
  readonly faults: readonly Fault[];
  readonly times: ReadonlyMap<KindName, readonly number[]>;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly facts: Facts;
  readonly verdicts: readonly Verdict[];
  /** Processes of the application that were started, of both hosts. */
  readonly starts: number;
}

/** As lines. */
export function report(figures: Figures): string[] {
  return [
    faultTable(figures),
    "",
    ...eventLines(figures),
    "",
    ...figures.verdicts.flatMap(verdictLines),
  ];
}

interface Row {
  readonly kind: string;
  readonly struck: number;
  readonly sorted: readonly number[];
}

function faultTable({ faults, times }: Figures): string {
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
  const rowOf = (
    kind: string,
    struck: number,
    all: readonly number[],
  ): Row => ({
    kind,
    struck,
    sorted: all.toSorted((a, b) => a - b),
  });
  const rows = kinds.map((name) => {
    const struck = faults.filter(({ kind }) => kind === name).length;
    return rowOf(name, struck, times.get(name) ?? []);
  });
  rows.push(rowOf("all", faults.length, [...times.values()].flat()));
  return table(rows, [
    { heading: "fault", cell: ({ kind }) => kind },
    { heading: "struck", cell: ({ struck }) => struck, right: true },
    {
      heading: "recovered p50",
      cell: ({ sorted }) => seconds(sorted[sorted.length >> 1]),
      right: true,
    },
    {
      heading: "max",
      cell: ({ sorted }) => seconds(sorted.at(-1)),
      right: true,
    },
  ]);
}

function eventLines({ entries, facts, verdicts, starts }: Figures): string[] {
  const all = [...entries.values()];
  const again = facts.stored.reduce((sum, { times }) => sum + times - 1, 0);
  const count = (name: InvariantName) =>
    verdicts.find(({ invariant }) => invariant === name)!.problems.length;
  const expected = all.filter(({ dies }) => dies).length;
  const found = new Set(facts.letters.map(({ event }) => event)).size;
  return [
    `events        ${all.length} published, ` +
    `${all.filter(({ acknowledged }) => acknowledged).length} acknowledged, ` +
    `${facts.stored.length} stored`,
    `lost          ${
      count("every acknowledged event is stored or a dead letter")
    }`,
    `duplicated    ${count("no event is both stored and a dead letter")} ` +
    `(${again} deliveries were repeated, and stored once)`,
    `dead letters  ${expected} expected, ${found} found`,
    `processes     ${starts} started`,
    `incidents     ${
      [...facts.incidents].map(([kind, n]) => `${n} ${kind}`).join(", ")
    }`,
  ];
}

function verdictLines({ invariant, problems }: Verdict): string[] {
  if (problems.length === 0) return [`ok    ${invariant}`];
  const shown = problems.slice(0, 5).map((problem) => `        ${problem}`);
  const more = problems.length - shown.length;
  return [
    `RED   ${invariant}: ${problems.length}`,
    ...shown,
    ...more > 0 ? [`        and ${more} more`] : [],
  ];
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${(ms / 1_000).toFixed(2)} s`;
}
